// The map of the Beats desk: beats shaded by what the table shows, places with their reach, tours, and what is left out.
import * as maplibre from "maplibre-gl";
import { byId, el } from "./dom.js";
import { t } from "./i18n.js";
import { allowWorker } from "./policy.js";
import { GROUND, buildStyle, dataFirst, showGround } from "./style.js";
import { onTheme, theme } from "./theme.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");
const empty = { type: "FeatureCollection", features: [] };
/** Tours are told apart by their dash as well as their colour. */
const TOUR = { dark: ["#5cc8ff", "#ffc857", "#5fd7a7", "#e38bc0", "#f7a13b", "#c8b6ff"], light: ["#005f9e", "#7d5200", "#0a6b4a", "#a8447f", "#b35806", "#542788"] };
export const tourColour = (patrol) => TOUR[theme()][(patrol - 1) % TOUR.light.length];

/** How long outlines and names wait for beats that do not come. */
const GROUND_MS = 3000;
let complete = false;
let map = null;
let shaded = false; // there are colours that no frame has shown yet
let view = null; // where to start, if said before the map was there
let drawn = { units: empty, tours: empty, reach: empty, left: empty };
let colours = new Map();
let chosen = null;
let markers = [];

function style() {
  const now = theme();
  const c = GROUND[now];
  const source = (name) => ({ type: "geojson", data: drawn[name], ...(name === "units" ? { promoteId: "code" } : {}) });
  return buildStyle(now, {
    sources: { units: source("units"), tours: source("tours"), reach: source("reach"), left: source("left") },
    cells: [
      { id: "units", type: "fill", source: "units", paint: { "fill-color": ["to-color", ["coalesce", ["feature-state", "colour"], "rgba(0,0,0,0)"]], "fill-opacity": 0.72 } },
      { id: "units-edge", type: "line", source: "units", paint: { "line-color": now === "dark" ? c.station : "#8a5a2b", "line-width": 1 } },
    ],
    overlays: [
      { id: "reach", type: "fill", source: "reach", paint: { "fill-color": c.pick, "fill-opacity": 0.16, "fill-outline-color": c.pick } },
      { id: "left", type: "line", source: "left", paint: { "line-color": c.label, "line-width": 1.2, "line-dasharray": [2, 1.5] } },
      { id: "tours", type: "line", source: "tours", paint: { "line-color": ["get", "colour"], "line-width": 2.2, "line-dasharray": [3, 1.5] } },
      { id: "unit-chosen", type: "line", source: "units", filter: ["==", ["get", "code"], chosen ?? ""], paint: { "line-color": c.pick, "line-width": 3 } },
    ],
  });
}

/** Brings the outlines and names, once: when the beats are drawn, or do not come. */
function completeGround() {
  if (complete || !map.getLayer("chosen")) return;
  complete = true;
  showGround(map);
}

/** Starts the map; `choose(code)` hears a click on a beat, `clicked({lat, lon})` any click when a place is being moved. */
export function startBeatsMap(box, bounds, { choose, clicked, drawn: whenDrawn }) {
  allowWorker();
  map = new maplibre.Map({
    container: box, style: dataFirst(style()), bounds: view ?? bounds, fitBoundsOptions: { padding: room() }, attributionControl: false, dragRotate: false, pitchWithRotate: false,
    minZoom: 4, maxZoom: 17, maxBounds: [[52, 17], [88, 43]], fadeDuration: still.matches ? 0 : 160, locale: { "Map.Title": t("Map of beats") },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibre.ScaleControl({ maxWidth: 110 }), "bottom-left");
  map.on("render", () => {
    if (!shaded || !map.isSourceLoaded("units")) return;
    shaded = false;
    completeGround();
    whenDrawn();
  });
  map.once("styledata", paint);
  setTimeout(completeGround, GROUND_MS);
  map.on("click", (event) => {
    if (clicked({ lat: event.lngLat.lat, lon: event.lngLat.lng })) return;
    const [found] = map.queryRenderedFeatures(event.point, { layers: ["units"] });
    choose(found?.properties.code ?? null);
  });
  onTheme(() => { complete = true; map.setStyle(style(), { diff: false }); map.once("styledata", paint); for (const marker of markers) marker.redress(); });
  return map;
}

export function showUnits(outlines) {
  drawn.units = outlines;
  colours = new Map();
  map?.getSource("units")?.setData(outlines);
}

/** `classes` is a map from code to class index, `kind` the ramp. Zero and no answer stay clear. */
export function shade(byCode) {
  colours = byCode;
  paint();
}

function paint() {
  if (!map) return;
  if (!map.getSource("units")) { map.once("styledata", paint); return; }
  for (const feature of drawn.units.features) map.setFeatureState({ source: "units", id: feature.properties.code }, { colour: colours.get(feature.properties.code) ?? "rgba(0,0,0,0)" });
  shaded = colours.size > 0;
  map.triggerRepaint();
}

export function pick(code) {
  chosen = code;
  if (map?.getLayer("unit-chosen")) map.setFilter("unit-chosen", ["==", ["get", "code"], code ?? ""]);
}

/** Room beside a box for the legend, where there is room beside it. */
function room() {
  const legend = document.querySelector(".beats-legend")?.offsetWidth ?? 0;
  const beside = byId("map").clientWidth > 3 * legend ? legend + 36 : 24;
  const [left, right] = document.dir === "rtl" ? [beside, 24] : [24, beside];
  return { top: 24, bottom: 24, left, right };
}

/** Shows a box whole, beside the legend. */
export function fit(bbox) {
  view = [[bbox[0], bbox[1]], [bbox[2], bbox[3]]];
  map?.fitBounds(view, { padding: room(), duration: still.matches ? 0 : 500, essential: false });
}


function circle({ lat, lon }, metres) {
  const up = metres / 111195;
  const across = up / Math.cos((lat * Math.PI) / 180);
  const ring = Array.from({ length: 41 }, (_, i) => [lon + across * Math.cos((i / 20) * Math.PI), lat + up * Math.sin((i / 20) * Math.PI)]);
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } };
}

/** Draws a proposal: markers that can be dragged (`moved(index, point)`), reach, tours, and the outlines of what is left out. */
export function showPlan({ places, start, reach, left }, { moved, opened } = {}) {
  for (const marker of markers) marker.remove();
  markers = places.map((place, index) => {
    const node = el("button", { type: "button", class: "place-mark", "aria-label": t("Patrol %(patrol)s, place %(position)s", { patrol: place.patrol, position: place.position }), onclick: (event) => { event.stopPropagation(); opened?.(index); } }, String(place.position));
    const marker = new maplibre.Marker({ element: node, draggable: Boolean(moved) && !place.locked }).setLngLat([place.lon, place.lat]).addTo(map);
    // MapLibre gives its own label to what it makes draggable; the place's is the better one.
    node.setAttribute("aria-label", t("Patrol %(patrol)s, place %(position)s", { patrol: place.patrol, position: place.position }));
    marker.redress = () => node.style.setProperty("--tour", tourColour(place.patrol));
    marker.redress();
    node.classList.toggle("locked", place.locked);
    marker.on("dragend", () => { const { lng, lat } = marker.getLngLat(); moved(index, { lat, lon: lng }); });
    return marker;
  });
  const patrols = [...new Set(places.map((place) => place.patrol))];
  const collection = (features) => ({ type: "FeatureCollection", features });
  drawn.reach = collection(places.map((place) => circle(place, reach)));
  drawn.tours = collection(patrols.map((patrol) => {
    const way = places.filter((place) => place.patrol === patrol).sort((a, b) => a.position - b.position).map((place) => [place.lon, place.lat]);
    return { type: "Feature", properties: { colour: tourColour(patrol) }, geometry: { type: "LineString", coordinates: start ? [[start.lon, start.lat], ...way, [start.lon, start.lat]] : way } };
  }));
  drawn.left = collection((left ?? []).map((cell) => ({ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[...cell.boundary, cell.boundary[0]]] } })));
  for (const name of ["reach", "tours", "left"]) map?.getSource(name)?.setData(drawn[name]);
}

export const clearPlan = () => showPlan({ places: [], start: null, reach: 1, left: [] });
