// The map itself: starts it under the strict content policy, keeps the camera in the URL, says what was hovered and chosen.
import * as maplibre from "maplibre-gl";
import { ask } from "./api.js";
import { byId } from "./dom.js";
import { t } from "./i18n.js";
import { LAYERS, VALUE, reach, refresh, rescale, style } from "./layers.js";
import { get, hasLayer, set } from "./state.js";
import { allowWorker } from "./policy.js";
import { isPhone } from "./sheet.js";
import { onTheme } from "./theme.js";
import { dataFirst, showGround, showLayer } from "./style.js";
import { askAhead, followTiles } from "./tiles.js";

/** How long the pointer rests on a cell before it is outlined. */
const HOVER_MS = 60;
/** How long outlines and names wait for data that do not come. */
const GROUND_MS = 3000;
let complete = false;
const still = matchMedia("(prefers-reduced-motion: reduce)");

function camera() {
  const [lat, lng, zoom] = get("at").split(",").map(Number);
  if (![lat, lng, zoom].every(Number.isFinite) || Math.abs(lat) > 85 || Math.abs(lng) > 180) return null;
  return { center: [lng, lat], zoom };
}

/** What the cards cover of the map, so that a box is shown where it can be seen; on a phone they are sheets. */
function room() {
  const box = byId("map").getBoundingClientRect();
  const edge = 24;
  if (isPhone() || document.body.classList.contains("kiosk") || document.body.classList.contains("printing")) return edge;
  const over = (id, from, to) => { const card = byId(id)?.getBoundingClientRect(); return card ? Math.max(0, Math.min(card[to], box[to]) - Math.max(card[from], box[from])) : 0; };
  const [rail, legend, panel] = ["rail", "legend", "panel"].map((id) => over(id, "left", "right"));
  const start = rail + (box.width - rail - legend - panel > 420 ? legend + edge : 0) + edge;
  const [left, right] = document.dir === "rtl" ? [panel + edge, start] : [start, panel + edge];
  return { top: 64, bottom: Math.max(over("timeline", "top", "bottom"), 68) + 2 * edge, left, right };
}

/** Starts the map. `home` is `{center, zoom}` or `{bounds}` when the address names no place. */
export function startMap(home) {
  allowWorker();
  const map = new maplibre.Map({
    container: "map", style: dataFirst(style()), ...(camera() ?? home), minZoom: 3.5, maxZoom: 17.5, attributionControl: false, dragRotate: false, pitchWithRotate: false,
    maxBounds: [[52, 17], [88, 43]], fadeDuration: still.matches ? 0 : 160, refreshExpiredTiles: false, fitBoundsOptions: { padding: room() },
    locale: { "Map.Title": t("Map of records") },
  });
  for (const layer of LAYERS.filter(hasLayer)) askAhead(map, layer, reach(layer));
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibre.ScaleControl({ maxWidth: 110 }), "bottom-left");
  map.on("moveend", () => {
    const { lng, lat } = map.getCenter();
    set({ at: `${lat.toFixed(4)},${lng.toFixed(4)},${map.getZoom().toFixed(1)}` }, { quiet: true });
  });
  onTheme(() => redraw(map));
  setTimeout(() => completeGround(map), GROUND_MS);
  map.on("error", (event) => event.tile && byId("map").dispatchEvent(new CustomEvent("tilefailed", { detail: event.error })));
  return map;
}

/** Brings the outlines and names, once: when the data are drawn, or do not come. */
export function completeGround(map) {
  if (complete || !map.getLayer("chosen")) return;
  complete = true;
  showGround(map);
}

/** Draws everything anew, from new sources: MapLibre never asks again for a tile of an old one that failed. */
export function redraw(map) {
  complete = true;
  map.setStyle(style(), { diff: false });
  map.once("styledata", () => { refresh(map); mark(map); });
}

export function fly(map, target) {
  const move = { essential: false, duration: still.matches ? 0 : 900, padding: room(), maxZoom: 14 };
  if (target.bbox) map.fitBounds([[target.bbox[0], target.bbox[1]], [target.bbox[2], target.bbox[3]]], move);
  else map.flyTo({ center: target.center, zoom: Math.max(map.getZoom(), target.zoom ?? 13), ...move });
}

/** Every distinct cell in view with its values, from the tiles already here. */
export function visibleCells(map, layer = "cells") {
  if (!map.getLayer(layer)) return [];
  const found = new Map();
  for (const feature of map.queryRenderedFeatures({ layers: [layer] })) {
    const cell = feature.properties.cell;
    if (!found.has(cell)) found.set(cell, feature);
  }
  return [...found.values()].sort((a, b) => b.properties[VALUE[layer]] - a.properties[VALUE[layer]]);
}

/** Keeps each layer's classes in step with its tiles, and tells the listeners when the picture is new, and when it is at rest. */
export function keepScale(map, { frozen, drawn, settled }) {
  const shown = () => LAYERS.filter((layer) => map.getLayer(layer) && hasLayer(layer));
  followTiles(map, shown, { answered: (layer) => { if (VALUE[layer]) rescale(map, layer, frozen()); }, drawn });
  map.on("idle", settled);
}

let outlined = false; // a cell is outlined now
const shapes = new Map(); // cell -> its outline as it comes
let selected = null;
let hovered = null;
let resting = null;

/** The exact outline of a cell: tiles hold it cut at their edges. */
function outlineOf(cell) {
  if (shapes.size > 500) shapes.clear();
  if (!shapes.has(cell)) {
    shapes.set(cell, ask("/api/shapes", { cells: cell }).then(({ shapes: [found] }) => [...found.boundary, found.boundary[0]]));
    shapes.get(cell).catch(() => shapes.delete(cell));
  }
  return shapes.get(cell);
}

async function outline(map) {
  const wanted = [["selected", selected], ["hover", hovered]].filter(([, cell]) => cell);
  const now = () => `${selected} ${hovered}`;
  const asked = now();
  const lines = await Promise.all(wanted.map(([, cell]) => outlineOf(cell).catch(() => [])));
  if (asked !== now()) return;
  const features = lines.map((coordinates, index) => ({ type: "Feature", properties: { kind: wanted[index][0] }, geometry: { type: "LineString", coordinates } }));
  const found = features.filter((each) => each.geometry.coordinates.length);
  const source = map.getSource("picked");
  if (!source || (!found.length && !outlined)) return;
  outlined = found.length > 0;
  source.setData({ type: "FeatureCollection", features: found });
  for (const [id, kind] of [["hover", "hover"], ["selected-halo", "selected"], ["selected", "selected"]]) showLayer(map, id, found.some((each) => each.properties.kind === kind) ? "visible" : "none");
}

/** Outlines the chosen cell. */
export function mark(map, cell = selected) {
  selected = cell;
  outline(map);
}

function hover(map, cell) {
  if (cell === hovered) return;
  hovered = cell;
  clearTimeout(resting);
  resting = setTimeout(() => outline(map), cell ? HOVER_MS : 0);
}

/** Calls `over(feature, point)` while the pointer rests on a cell, `out()` when it leaves, `choose(feature)` on a click. */
export function onCells(map, { over, out, choose, nothing }) {
  const under = (point) => {
    const layers = ["points", "cells", "forecast"].filter((id) => map.getLayer(id) && map.getLayoutProperty(id, "visibility") !== "none");
    return layers.length ? map.queryRenderedFeatures(point, { layers }) : [];
  };
  map.on("mousemove", (event) => {
    const feature = under(event.point).find((found) => found.properties.cell);
    map.getCanvas().style.cursor = feature ? "pointer" : "";
    hover(map, feature?.properties.cell ?? null);
    if (feature) over(feature, event.point);
    else out();
  });
  map.on("mouseout", () => { hover(map, null); out(); });
  map.on("movestart", out);
  map.on("click", (event) => {
    const found = under(event.point);
    const point = found.find((feature) => feature.layer.id === "points");
    if (point && map.getZoom() >= 12) choose(point);
    else if (found.some((feature) => feature.properties.cell)) choose(found.find((feature) => feature.properties.cell));
    else nothing();
  });
}
