import { startAgo } from "./ago";
import { startFilter } from "./filter";
import { startHtmx } from "./htmx";
import { startKeys } from "./keys";
import { startMenus } from "./menus";
import { startProbe } from "./probe";
import { startSecret } from "./secret";
import { startLeaving } from "./tablet-store";

startHtmx();
startKeys();
startMenus();
startFilter();
startAgo();
startProbe();
startSecret();
startLeaving();
