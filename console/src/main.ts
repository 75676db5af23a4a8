import { startAgo } from "./ago";
import { startFilter } from "./filter";
import { startHtmx } from "./htmx";
import { startKeys } from "./keys";

startHtmx();
startKeys();
startFilter();
startAgo();
