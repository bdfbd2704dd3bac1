// Colours of the map and the classes of its legend.

const YLORRD = ["#ffffb2", "#fed976", "#feb24c", "#fd8d3c", "#fc4e2a", "#e31a1c", "#b10026"];
const INFERNO = ["#4a0c6b", "#781c6d", "#a52c60", "#cf4446", "#ed6925", "#fb9b06", "#f7d13d"];
const PUOR = ["#b35806", "#f1a340", "#fee0b6", "#f7f7f7", "#d8daeb", "#998ec3", "#542788"];
const BLUES_DARK = ["#12324a", "#15506f", "#1a6f94", "#2b90b4", "#4fb2cc", "#86d1dd", "#c8eef0"];
const BLUES_LIGHT = ["#eff6fb", "#cfe3f1", "#a3cbe5", "#6eaed5", "#3d8dc2", "#1b6aa8", "#084a86"];

/** The steps for counts (more is further from the ground), as many as there are classes. */
export function ramp(theme, classes, kind = "count") {
  const steps = kind === "forecast" ? (theme === "light" ? BLUES_LIGHT : BLUES_DARK) : theme === "light" ? YLORRD : INFERNO;
  if (classes >= 7) return steps;
  if (classes <= 1) return [steps[4]];
  return Array.from({ length: classes }, (_, i) => steps[Math.round((i * 6) / (classes - 1))]);
}

export const diverging = PUOR;

/** Rounds to two figures, so that a legend reads. */
function tidy(value) {
  if (value <= 0) return 0;
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.round(value / unit) * unit).toPrecision(2));
}

/**
 * Upper-exclusive breaks of at most `classes` classes. Quantiles on the distinct spread, because masses crowd near zero:
 * the top two classes are kept for the top tenth, so that the few hot cells stand out.
 */
export function breaks(masses, classes = 7) {
  const sorted = masses.filter((value) => value > 0).sort((a, b) => a - b);
  if (sorted.length === 0) return [];
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const shares = [0.3, 0.5, 0.68, 0.82, 0.92, 0.98].slice(-(classes - 1));
  const found = [];
  for (const share of shares) {
    const value = tidy(at(share));
    if (value > (found.at(-1) ?? sorted[0])) found.push(value);
  }
  return found;
}

/** The class of a value: how many breaks it reaches. */
export const classOf = (value, edges) => edges.filter((edge) => value >= edge).length;

/** A MapLibre `step` expression of the ramp over the breaks. */
export function stepColour(input, edges, colours) {
  if (edges.length === 0) return colours[0];
  return ["step", input, colours[0], ...edges.flatMap((edge, i) => [edge, colours[i + 1]])];
}
