import { startAgo } from "./ago";
import { startFilter } from "./filter";
import { startHtmx } from "./htmx";
import { startKeys } from "./keys";
import { startProbe } from "./probe";

startHtmx();
startKeys();
startFilter();
startAgo();
startProbe();
