// Colours of beats: the map's own ramps, and no colour where there is nothing to show.
import { ramp } from "./colours.js";
import { theme } from "./theme.js";

export const clear = "rgba(0,0,0,0)";
export const countRamp = (classes, kind) => ramp(theme(), classes, kind === "forecast" ? "forecast" : "count");
