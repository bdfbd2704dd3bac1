// Shades cells by their classes. By the state of each cell and not by an expression of the style: a changed expression makes
// MapLibre take every tile apart once more, and the picture comes a round later.
import { classOf } from "./colours.js";

/** The paint of a layer of cells; a cell that has not been shaded yet shows its outline only. */
export const SHADE = ["to-color", ["coalesce", ["feature-state", "shade"], "rgba(0,0,0,0)"]];

/** The distinct cells of a source's tiles with their values. */
export function valuesOf(map, source, sourceLayer, value) {
  const values = new Map();
  for (const { properties } of map.querySourceFeatures(source, { sourceLayer })) values.set(properties.cell, Number(properties[value]) || 0);
  return values;
}

/** Gives every cell the colour of its class. */
export function shade(map, source, sourceLayer, values, { edges, colours }) {
  for (const [id, value] of values) map.setFeatureState({ source, sourceLayer, id }, { shade: colours[classOf(value, edges)] });
}
