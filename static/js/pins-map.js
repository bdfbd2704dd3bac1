// The map of the pin desk: the region that the geocoder believes, its candidates, the station's land, and the officer's pin.
import * as maplibre from "maplibre-gl";
import { ramp, stepColour } from "./colours.js";
import { byId, el } from "./dom.js";
import { t } from "./i18n.js";
import { mapDrawn } from "./marks.js";
import { allowWorker } from "./policy.js";
import { GROUND, buildStyle } from "./style.js";
import { onTheme, theme } from "./theme.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");
const empty = () => ({ type: "FeatureCollection", features: [] });
const sources = { region: empty(), station: empty(), accuracy: empty(), drawn: empty() };
let map = null;
let pin = null;
let house = null;
let numbered = [];
let corners = null; // [[lng, lat], ...] while an area is drawn
let handles = [];
let most = 1;
let on = {};

const feature = (geometry, properties = {}) => ({ type: "Feature", properties, geometry });
const ring = (points) => [...points, points[0]];

function style() {
  const steps = [0.2, 0.4, 0.6, 0.8].map((share) => share * most);
  const pick = GROUND[theme()].pick;
  const geo = Object.fromEntries(Object.entries(sources).map(([name, data]) => [name, { type: "geojson", data }]));
  return buildStyle(theme(), {
    sources: geo,
    cells: [
      { id: "region", type: "fill", source: "region", paint: { "fill-color": most ? stepColour(["get", "mass"], steps, ramp(theme(), 5)) : pick, "fill-opacity": 0.55 } },
      { id: "station-land", type: "line", source: "station", paint: { "line-color": pick, "line-width": 1.6, "line-dasharray": [3, 2] } },
      { id: "accuracy", type: "line", source: "accuracy", paint: { "line-color": pick, "line-width": 1.5 } },
      { id: "drawn", type: "fill", source: "drawn", paint: { "fill-color": pick, "fill-opacity": 0.2, "fill-outline-color": pick } },
    ],
    overlays: [],
  });
}

function put(name, data) {
  sources[name] = data;
  map?.getSource(name)?.setData(data);
}

/** A ring of so many metres about a point, for the eye. */
function circle(lng, lat, metres) {
  const points = [];
  for (let i = 0; i < 64; i += 1) {
    const turn = (i / 64) * 2 * Math.PI;
    points.push([lng + (metres * Math.cos(turn)) / (111320 * Math.cos((lat * Math.PI) / 180)), lat + (metres * Math.sin(turn)) / 110574]);
  }
  return feature({ type: "LineString", coordinates: ring(points) });
}

/** Starts the map. `moved({lat, lng} | null)` hears of the pin, `drew(corners)` of the area, `chose(index)` of a candidate. */
export function startPinMap(bounds, listeners) {
  on = listeners;
  allowWorker();
  map = new maplibre.Map({ container: "map", style: style(), bounds, fitBoundsOptions: { padding: 40, maxZoom: 14 }, attributionControl: false, dragRotate: false, pitchWithRotate: false, minZoom: 4, maxZoom: 18, maxBounds: [[52, 17], [88, 43]], locale: { "Map.Title": t("Where it happened") } });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-left");
  map.addControl(new maplibre.ScaleControl({ maxWidth: 110 }), "top-right");
  map.on("click", ({ lngLat }) => (corners ? addCorner(lngLat) : setPin(lngLat)));
  map.on("idle", () => { byId("map").classList.remove("loading"); document.body.classList.add("map-ready"); mapDrawn(); });
  onTheme(() => map.setStyle(style(), { diff: false }));
  return map;
}

/** Shows one record: its cells, its station, its candidates; the map moves there once. */
export function showRecord({ cells, station, candidates, fix }) {
  clearPin();
  stopDrawing();
  most = Math.max(...cells.map((cell) => cell.mass), 0) || 1;
  put("region", { type: "FeatureCollection", features: cells.map((cell) => feature({ type: "Polygon", coordinates: [ring(cell.boundary)] }, { mass: cell.mass })) });
  put("station", station.area ? { type: "FeatureCollection", features: [feature(station.area)] } : empty());
  put("accuracy", fix?.point && fix.accuracy_m ? { type: "FeatureCollection", features: [circle(fix.point.lon, fix.point.lat, fix.accuracy_m)] } : empty());
  map.setStyle(style(), { diff: true });
  house?.remove();
  house = station.lat === null ? null : new maplibre.Marker({ element: el("span", { class: "pin-house", title: t("Police station") }) }).setLngLat([station.lon, station.lat]).addTo(map);
  for (const marker of numbered) marker.remove();
  numbered = candidates.map((candidate, index) => {
    const button = el("button", { class: "pin-number", type: "button", title: candidate.name, "aria-label": t("Candidate %(n)s: %(name)s", { n: index + 1, name: candidate.name }), onclick: (event) => { event.stopPropagation(); on.chose(index); } }, String(index + 1));
    return new maplibre.Marker({ element: button }).setLngLat([candidate.lon, candidate.lat]).addTo(map);
  });
  const bounds = new maplibre.LngLatBounds();
  for (const cell of cells) for (const corner of cell.boundary) bounds.extend(corner);
  for (const candidate of candidates.slice(0, 5)) bounds.extend([candidate.lon, candidate.lat]);
  if (bounds.isEmpty() && station.area) for (const point of station.area.coordinates.flat(2)) bounds.extend(point);
  if (bounds.isEmpty() && station.lat !== null) bounds.extend([station.lon, station.lat]);
  if (!bounds.isEmpty()) map.fitBounds(bounds, { padding: 60, maxZoom: 15, duration: still.matches ? 0 : 350 });
}

/** The officer's pin, which can be dragged; null where there is none. */
export const pinned = () => (pin ? pin.getLngLat() : null);

export function setPin(at) {
  if (!pin) {
    pin = new maplibre.Marker({ draggable: true, color: GROUND[theme()].pick }).setLngLat(at).addTo(map);
    pin.on("dragend", () => on.moved(pin.getLngLat()));
  } else pin.setLngLat(at);
  on.moved(pin.getLngLat());
}

export function clearPin() {
  pin?.remove();
  pin = null;
  on.moved?.(null);
}

export function flyTo(lng, lat) {
  map.easeTo({ center: [lng, lat], zoom: Math.max(map.getZoom(), 14), duration: still.matches ? 0 : 300 });
}

/** The middle of the map: where a keyboard pins. */
export const middle = () => map.getCenter();

export const isDrawing = () => corners !== null;

export function startDrawing() {
  clearPin();
  corners = [];
  redraw();
}

export function stopDrawing() {
  corners = null;
  for (const handle of handles) handle.remove();
  handles = [];
  put("drawn", empty());
}

export function removeCorner() {
  if (!corners?.length) return;
  corners.pop();
  handles.pop().remove();
  redraw();
}

/** Adds a corner; each one can be dragged. A keyboard adds the middle of the map. */
export function addCorner(at = map.getCenter()) {
  const index = corners.length;
  corners.push([at.lng, at.lat]);
  const handle = new maplibre.Marker({ draggable: true, element: el("span", { class: "pin-corner" }) }).setLngLat(at).addTo(map);
  handle.on("drag", () => { const moved = handle.getLngLat(); corners[index] = [moved.lng, moved.lat]; redraw(); });
  handles.push(handle);
  redraw();
}

function redraw() {
  put("drawn", corners?.length > 2 ? { type: "FeatureCollection", features: [feature({ type: "Polygon", coordinates: [ring(corners)] })] } : empty());
  on.drew(corners ? [...corners] : null);
}
