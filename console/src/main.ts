import { startAgo } from "./ago";
import { startFilter } from "./filter";
import { startHtmx } from "./htmx";
import { startKeys } from "./keys";
import { startProbe } from "./probe";
import { startSecret } from "./secret";

startHtmx();
startKeys();
startFilter();
startAgo();
startProbe();
startSecret();
