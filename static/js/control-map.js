// The control room's map: points by kind, one shaded layer, outlines, and whatever points the room has loaded. It never moves by itself.
import * as maplibre from "maplibre-gl";
import { plain } from "./api.js";
import { breaks, ramp } from "./colours.js";
import { t } from "./i18n.js";
import { allowWorker } from "./policy.js";
import { filters, get, hasLayer, set } from "./state.js";
import { SHADE, shade, valuesOf } from "./shading.js";
import { GROUND, buildStyle, dataFirst, outlineArea, showGround, showLayer } from "./style.js";
import { onTheme, theme } from "./theme.js";
import { askAhead, askTiles, followTiles, leftOut, tileAddress } from "./tiles.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");
/** The shaded layers: one at a time, since two fills cannot be read at once. */
export const FILLS = ["stays", "cells", "forecast"];
const TILED = ["firs", "complaints", ...FILLS];
const VALUE = { stays: "mass", cells: "mass", forecast: "rate" };
const KIND = { dark: { fir: "#56b4e9", complaint: "#f0b43c" }, light: { fir: "#0072b2", complaint: "#b87700" } };
/** Loaded layers are told apart by colour and by their names, which show when near. */
const LOADED = { dark: ["#c8b6ff", "#7fe0d0", "#ff9fb8", "#d6e36b", "#ffb38a"], light: ["#542788", "#00665c", "#a50f45", "#5c6b00", "#8a3b00"] };
const empty = { type: "FeatureCollection", features: [] };

/** How long outlines and names wait for data that do not come. */
const GROUND_MS = 3000;
let complete = false;
let map = null;
let loaded = []; // {id, name, data}
let fresh = empty;
let scale = { edges: [], counts: [] };
let scaled = ""; // for which question the scale was made
let settled = () => {};

export const colourOf = (index) => LOADED[theme()][index % LOADED.light.length];
/** The classes of the shaded layer; no colours before there is a scale, since one colour for all would say something. */
export const scaleNow = () => ({ ...scale, colours: scaled ? colours() : [] });
/** Of how many records one tile of a layer draws the newest only. */
export const pointsLeftOut = (layer) => (map ? leftOut(map, layer) : 0);
export const fillNow = () => FILLS.find(hasLayer) ?? null;

const query = (params) => Object.entries(params).filter(([, value]) => value).map(([key, value]) => `${key}=${plain(value)}`).join("&");

const reach = (layer) => ({ minzoom: FILLS.includes(layer) ? 3 : 12, maxzoom: 15 });

/** The server's layer behind one of ours, and what the filters ask of it. */
function asked(layer) {
  const now = filters();
  if (layer === "firs") return ["points", query({ ...now, kinds: "fir" })];
  if (layer === "complaints") return ["points", query({ ...now, kinds: "complaint" })];
  if (layer === "stays") return ["cells", query({ window: now.window, jurisdiction: now.jurisdiction, kinds: "stay" })];
  if (layer === "cells") return ["cells", query(now)];
  return ["forecast", query({ heads: get("heads").length === 1 ? get("heads")[0] : "", jurisdiction: get("jurisdiction") })];
}

const colours = () => ramp(theme(), scale.edges.length + 1, fillNow() === "forecast" ? "forecast" : "count");
/** The name of a layer inside its tiles. */
const inside = (layer) => (layer === "stays" ? "cells" : TILED.indexOf(layer) < 2 ? "points" : layer);
const shown = (layer) => ({ visibility: hasLayer(layer) ? "visible" : "none" });

function style() {
  const now = theme();
  const c = GROUND[now];
  const vector = (layer) => ({ type: "vector", tiles: [tileAddress(layer, ...asked(layer))], ...reach(layer), ...(FILLS.includes(layer) ? { promoteId: { [inside(layer)]: "cell" } } : {}) });
  const points = (id, colour) => ({ id, type: "circle", source: id, "source-layer": "points", layout: shown(id), paint: { "circle-color": colour, "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 2, 12, 3.4, 16, 7], "circle-stroke-color": c.void, "circle-stroke-width": 0.8, "circle-opacity": 0.9 } });
  const data = {
    sources: {
      firs: vector("firs"), complaints: vector("complaints"), stays: vector("stays"), cells: vector("cells"), forecast: vector("forecast"),
      fresh: { type: "geojson", data: fresh }, ...Object.fromEntries(loaded.map((layer) => [`loaded-${layer.id}`, { type: "geojson", data: layer.data ?? empty }])),
    },
    cells: FILLS.map((id) => ({ id, type: "fill", source: id, "source-layer": inside(id), layout: shown(id), paint: { "fill-color": SHADE, "fill-opacity": 0.68, "fill-outline-color": "rgba(0,0,0,0)" } })),
    overlays: [
      { id: "beats", type: "line", source: "jurisdictions", "source-layer": "jurisdictions", filter: ["in", ["get", "level"], ["literal", ["station", "beat"]]], layout: shown("beats"), paint: { "line-color": c.pick, "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.6, 14, 1.8], "line-opacity": 0.75 } },
      { ...points("complaints", KIND[now].complaint) }, { ...points("firs", KIND[now].fir) },
      ...loaded.flatMap(loadedParts),
      { id: "fresh", type: "circle", source: "fresh", paint: { "circle-color": "rgba(0,0,0,0)", "circle-radius": ["interpolate", ["linear"], ["get", "age"], 0, 22, 1, 9], "circle-stroke-color": c.pick, "circle-stroke-width": 2.5, "circle-stroke-opacity": ["interpolate", ["linear"], ["get", "age"], 0, 1, 1, 0.25] } },
    ],
  };
  const whole = buildStyle(now, data);
  for (const layer of whole.layers) if (layer.id === "place-name") layer.layout.visibility = shown("places").visibility;
  return whole;
}

/** Brings the outlines and names, once: when the data are drawn, or do not come. */
function completeGround() {
  if (complete || !map?.getLayer("chosen")) return;
  complete = true;
  showGround(map, groundHidden());
}

const groundHidden = () => [hasLayer("beats") ? "" : "beats", hasLayer("places") ? "" : "place-name"];

/** Starts the map; `ready` is told whenever the picture is whole, `open(id)` when a record's point is clicked. */
export function startControlMap(home, { ready, open }) {
  allowWorker();
  settled = () => { completeGround(); ready(); };
  setTimeout(completeGround, GROUND_MS);
  const [lat, lng, zoom] = get("at").split(",").map(Number);
  const camera = [lat, lng, zoom].every(Number.isFinite) && Math.abs(lat) <= 85 && Math.abs(lng) <= 180 ? { center: [lng, lat], zoom } : home;
  map = new maplibre.Map({
    container: "map", style: dataFirst(style()), ...camera, minZoom: 3.5, maxZoom: 17.5, attributionControl: false, dragRotate: false, pitchWithRotate: false, maxBounds: [[52, 17], [88, 43]],
    fadeDuration: still.matches ? 0 : 160, refreshExpiredTiles: false, fitBoundsOptions: { padding: 40 }, locale: { "Map.Title": t("Map of the control room") },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.on("moveend", () => {
    const { lng: x, lat: y } = map.getCenter();
    set({ at: `${y.toFixed(4)},${x.toFixed(4)},${map.getZoom().toFixed(1)}` }, { quiet: true });
  });
  for (const layer of TILED.filter(hasLayer)) askAhead(map, layer, reach(layer));
  // Not only when all is still: where records come in by the second, or the machine is slow, it may never be.
  followTiles(map, () => TILED.filter(hasLayer), { answered: (layer) => { if (layer === fillNow()) rescale(); }, drawn: settled });
  map.on("idle", settled);
  map.on("click", (event) => {
    const layers = ["firs", "complaints"].filter((id) => map.getLayoutProperty(id, "visibility") !== "none");
    const [found] = layers.length ? map.queryRenderedFeatures(event.point, { layers }) : [];
    if (found) open(found.id ?? found.properties.id);
  });
  onTheme(() => { complete = true; map.setStyle(style(), { diff: false }); });
  return map;
}

/**
 * Shades the cells. Classes are made anew when the question or the zoom has changed, never because a record came in: a moving
 * scale lies about change.
 */
function rescale() {
  const layer = fillNow();
  if (!layer) return;
  const values = valuesOf(map, layer, inside(layer), VALUE[layer]);
  const question = `${layer} ${asked(layer)} ${Math.floor(map.getZoom())} ${theme()}`;
  if (values.size && question !== scaled) {
    scaled = question;
    scale = { edges: breaks([...values.values()], 5) };
  }
  shade(map, layer, inside(layer), values, { edges: scale.edges, colours: colours() });
}

/** Brings visibility and addresses in step with the state; `again` asks every shown tile anew. */
export function refreshMap({ again = false, kinds = null } = {}) {
  if (!map?.getLayer("chosen")) return; // it begins with what the state says then
  for (const id of TILED) {
    showLayer(map, id, shown(id).visibility);
    const concerned = !kinds || (id === "firs" && kinds.includes("fir")) || (id === "complaints" && kinds.includes("complaint")) || (id === "stays" && kinds.includes("stay")) || (id === "cells" && kinds.some((kind) => get("kinds").includes(kind)));
    askTiles(map, id, ...asked(id), { again: again && concerned && hasLayer(id) });
  }
  if (complete) {
    showLayer(map, "beats", shown("beats").visibility);
    showLayer(map, "place-name", shown("places").visibility);
  }
  for (const { id } of loaded) for (const part of [`loaded-${id}`, `loaded-${id}-name`]) if (map.getLayer(part)) showLayer(map, part, shown(`p${id}`).visibility);
  outlineArea(map, get("jurisdiction"));
}

/** The loaded layers with their points, in the order of the list. Put in one by one: a new style would wait for every tile. */
export function setLoaded(layers) {
  if (!map?.getLayer("fresh")) { loaded = layers; return; }
  const kept = new Set(layers.map((layer) => layer.id));
  for (const { id } of loaded.filter((layer) => !kept.has(layer.id))) {
    for (const part of [`loaded-${id}-name`, `loaded-${id}`]) if (map.getLayer(part)) map.removeLayer(part);
    if (map.getSource(`loaded-${id}`)) map.removeSource(`loaded-${id}`);
  }
  loaded = layers;
  loaded.forEach((layer, index) => {
    const source = map.getSource(`loaded-${layer.id}`);
    if (source) source.setData(layer.data ?? empty);
    else map.addSource(`loaded-${layer.id}`, { type: "geojson", data: layer.data ?? empty });
    for (const part of loadedParts(layer, index)) {
      if (map.getLayer(part.id)) map.setLayoutProperty(part.id, "visibility", part.layout.visibility);
      else map.addLayer(part, "fresh");
    }
  });
}

function loadedParts(layer, index) {
  const c = GROUND[theme()];
  const id = `loaded-${layer.id}`;
  return [
    { id, type: "circle", source: id, layout: shown(`p${layer.id}`), paint: { "circle-color": colourOf(index), "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 2.4, 14, 5.5], "circle-stroke-color": c.void, "circle-stroke-width": 1.4 } },
    { id: `${id}-name`, type: "symbol", source: id, minzoom: 13.5, layout: { ...shown(`p${layer.id}`), "text-field": ["get", "name"], "text-font": ["Label"], "text-size": 11, "text-offset": [0, 1], "text-anchor": "top", "text-optional": true }, paint: { "text-color": c.label, "text-halo-color": c.halo, "text-halo-width": 1.4 } },
  ];
}

/** Rings about what has just come in, fading with its age (0 now, 1 old). */
export function setFresh(points) {
  fresh = { type: "FeatureCollection", features: points.map(({ point, age }) => ({ type: "Feature", properties: { age }, geometry: { type: "Point", coordinates: point } })) };
  map?.getSource("fresh")?.setData(fresh);
}

/** Only where somebody asked for it. */
export function flyTo(target) {
  if (!map) return;
  const move = { essential: false, duration: still.matches ? 0 : 900, maxZoom: 14 };
  if (target.bbox) map.fitBounds([[target.bbox[0], target.bbox[1]], [target.bbox[2], target.bbox[3]]], move);
  else map.flyTo({ center: target.center, zoom: Math.max(map.getZoom(), target.zoom ?? 13), ...move });
}

export function jumpTo(at) {
  const [lat, lng, zoom] = at.split(",").map(Number);
  if (Number.isFinite(zoom)) map?.jumpTo({ center: [lng, lat], zoom });
}
