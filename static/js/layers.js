// The data layers: what each draws, from which tiles, in which colours. What is on, and how strong, is in the URL and legend.
import { plain } from "./api.js";
import { breaks, classOf, ramp } from "./colours.js";
import { SHADE, shade, valuesOf } from "./shading.js";
import { GROUND, buildStyle, outlineArea, showLayer } from "./style.js";
import { filters, get, hasLayer } from "./state.js";
import { theme } from "./theme.js";
import { askTiles, tileAddress } from "./tiles.js";

/** The layers in the order of the legend; number keys switch them. */
export const LAYERS = ["cells", "points", "forecast", "hotspots"];
/** Single records are drawn from this zoom on. */
export const POINTS_FROM = 12;
export const VALUE = { cells: "mass", forecast: "rate" };

const scale = { cells: { edges: [], counts: [] }, forecast: { edges: [], counts: [] } };
const opacity = { cells: 0.82, points: 0.9, forecast: 0.8, hotspots: 0.9 };
let off = new Set(); // classes of the cells layer that the legend has switched off

export const scaleOf = (layer) => scale[layer];
export const opacityOf = (layer) => opacity[layer];
export const coloursOf = (layer) => ramp(theme(), scale[layer].edges.length + 1, layer === "cells" ? "count" : layer);
export const isClassOff = (index) => off.has(index);

const toQuery = (params) => Object.entries(params).map(([key, value]) => `${key}=${plain(value)}`).join("&");

/** The zooms of a layer's tiles. */
export const reach = (layer) => ({ minzoom: layer === "points" ? POINTS_FROM : 3, maxzoom: 15 });

/** What the current filters ask of a layer's tiles. */
function asked(layer) {
  if (layer === "cells" || layer === "points") return toQuery(filters());
  const params = {};
  if (layer === "forecast" && get("heads").length === 1) params.heads = get("heads")[0];
  if (layer === "forecast" && get("shift")) params.shift = get("shift");
  if (get("jurisdiction")) params.jurisdiction = get("jurisdiction");
  return toQuery(params);
}

/** Cells of which no number should be taken at its word are faint: too little reported, paused, or resting. */
const faint = (value) => ["case", ["in", ["coalesce", ["get", "mark"], ""], ["literal", ["paused", "rested", "unknown"]]], value * 0.3, value];

const shown = (layer) => ({ visibility: hasLayer(layer) && LAYERS.includes(layer) ? "visible" : "none" });

function cellFilter() {
  if (off.size === 0) return ["has", "cell"];
  const edges = scale.cells.edges;
  const index = edges.length ? ["step", ["get", "mass"], 0, ...edges.flatMap((edge, i) => [edge, i + 1])] : 0;
  return ["!", ["in", index, ["literal", [...off]]]];
}

const KIND_COLOURS = {
  dark: ["match", ["get", "kind"], "fir", "#56b4e9", "complaint", "#f0b43c", "stay", "#2fc79a", "#e38bc0"],
  light: ["match", ["get", "kind"], "fir", "#0072b2", "complaint", "#b87700", "stay", "#00795a", "#a8447f"],
};

function parts() {
  const now = theme();
  const ground = GROUND[now];
  const picked = (kind) => ["==", ["get", "kind"], kind];
  const outline = (id, kind, paint) => ({ id, type: "line", source: "picked", filter: picked(kind), layout: { "line-join": "round", visibility: "none" }, paint });
  const vector = (layer) => ({ type: "vector", tiles: [tileAddress(layer, layer, asked(layer))], ...reach(layer), ...(layer === "points" ? {} : { promoteId: { [layer]: "cell" } }) });
  return {
    sources: { cells: vector("cells"), points: vector("points"), forecast: vector("forecast"), hotspots: vector("hotspots"), picked: { type: "geojson", data: { type: "FeatureCollection", features: [] } } },
    cells: [
      { id: "cells", type: "fill", source: "cells", "source-layer": "cells", filter: cellFilter(), layout: shown("cells"), paint: { "fill-color": SHADE, "fill-opacity": opacity.cells, "fill-outline-color": now === "dark" ? ground.land : "rgba(138,90,43,0.45)" } },
      { id: "forecast", type: "fill", source: "forecast", "source-layer": "forecast", layout: shown("forecast"), paint: { "fill-color": SHADE, "fill-opacity": faint(opacity.forecast) } },
      { id: "forecast-edge", type: "line", source: "forecast", "source-layer": "forecast", layout: shown("forecast"), paint: { "line-color": now === "dark" ? "#c8eef0" : "#084a86", "line-width": ["case", ["<=", ["coalesce", ["get", "rank"], 999], 20], 1.6, 0.3], "line-opacity": opacity.forecast } },
    ],
    overlays: [
      { id: "hotspots", type: "line", source: "hotspots", "source-layer": "hotspots", filter: ["in", ["get", "kind"], ["literal", ["hot", "cold"]]], layout: { ...shown("hotspots"), "line-join": "round" }, paint: { "line-color": ["match", ["get", "kind"], "hot", now === "dark" ? "#ffffff" : "#000000", now === "dark" ? "#8da2ff" : "#2a3fb5"], "line-width": ["interpolate", ["linear"], ["zoom"], 8, 1.2, 14, 2.6], "line-opacity": opacity.hotspots, "line-dasharray": ["match", ["get", "kind"], "hot", ["literal", [1, 0]], ["literal", [2, 1.5]]] } },
      { id: "points", type: "circle", source: "points", "source-layer": "points", layout: shown("points"), paint: { "circle-color": KIND_COLOURS[now], "circle-radius": ["interpolate", ["linear"], ["zoom"], 6, 1.6, 12, 3.2, 16, 6.5], "circle-opacity": opacity.points, "circle-stroke-color": ground.void, "circle-stroke-width": 0.8 } },
      outline("hover", "hover", { "line-color": ground.label, "line-width": 2, "line-opacity": 0.9 }),
      outline("selected-halo", "selected", { "line-color": ground.void, "line-width": 6.5, "line-opacity": 0.8 }),
      outline("selected", "selected", { "line-color": ground.pick, "line-width": 3 }),
    ],
  };
}

export const style = () => buildStyle(theme(), parts());

/**
 * Shades what the tiles of a layer hold, by classes anew from the values in view. While time plays the classes stay (`frozen`):
 * a moving scale would lie about change.
 */
export function rescale(map, layer, frozen) {
  const values = valuesOf(map, layer, layer, VALUE[layer]);
  if (!frozen) {
    const edges = breaks([...values.values()]);
    const counts = new Array(edges.length + 1).fill(0);
    for (const value of values.values()) counts[classOf(value, edges)] += 1;
    const same = edges.join() === scale[layer].edges.join();
    scale[layer] = { edges, counts };
    if (!same && off.size) {
      off = new Set();
      if (layer === "cells") refilter(map);
    }
  }
  shade(map, layer, layer, values, { edges: scale[layer].edges, colours: coloursOf(layer) });
}

function refilter(map) {
  map.setFilter("cells", cellFilter());
}

/** Switches one class of the legend on or off. */
export function flipClass(map, index) {
  if (!off.delete(index)) off.add(index);
  refilter(map);
}

export function setOpacity(map, layer, value) {
  opacity[layer] = value;
  const paint = { cells: [["cells", "fill-opacity"]], forecast: [["forecast", "fill-opacity"], ["forecast-edge", "line-opacity"]], hotspots: [["hotspots", "line-opacity"]], points: [["points", "circle-opacity"]] };
  for (const [id, property] of paint[layer]) map.setPaintProperty(id, property, id === "forecast" ? faint(value) : value);
}

/** Takes away a layer that this node or this reader does not have. */
export function without(layer) {
  const index = LAYERS.indexOf(layer);
  if (index >= 0) LAYERS.splice(index, 1);
}

/** Brings sources and visibility in step with the state. */
export function refresh(map) {
  for (const layer of ["cells", "points", "forecast", "hotspots"]) {
    const ids = { cells: ["cells"], forecast: ["forecast", "forecast-edge"], hotspots: ["hotspots"], points: ["points"] }[layer];
    for (const id of ids) showLayer(map, id, shown(layer).visibility);
    askTiles(map, layer, layer, asked(layer));
  }
  outlineArea(map, get("jurisdiction"));
}
