// The map's own style: the ground (outlines, cities, names) and the places where the data layers lie. Built, not fetched.
import { lang } from "./i18n.js";

const NASKH = ["U+0600-06FF", "U+0750-077F", "U+200C-200F", "U+FB50-FDFF", "U+FE70-FEFF"];

export const GROUND = {
  dark: {
    void: "#070b10", land: "#0d141c", city: "#121c27", cityEdge: "#1d2b3a", block: "#223244", road: "#2a3d51", roadMinor: "#1d2a38",
    district: "#253445", province: "#47607a", control: "#8fa3b8", station: "#33475c", label: "#e3eaf1", labelSoft: "#a9b9c8", halo: "#070b10", pick: "#5cc8ff",
  },
  light: {
    void: "#dfe5ea", land: "#f7f8f9", city: "#eef0f2", cityEdge: "#d9dee3", block: "#d3d9df", road: "#c4ccd4", roadMinor: "#dde2e7",
    district: "#c5ced6", province: "#7d8d9c", control: "#4f5d6a", station: "#b3bec9", label: "#25313d", labelSoft: "#4c5a68", halo: "#ffffff", pick: "#005f9e",
  },
};

// Not by `new URL`, which would encode the braces of a tile address.
const absolute = (path) => `${location.origin}${path}`;

function fontFaces() {
  const folder = absolute(`${document.body.dataset.static}vendor/fonts/`);
  const face = (latin, naskh) => [
    { url: `${folder}${naskh}.woff2`, "unicode-range": NASKH },
    { url: `${folder}${latin}.woff2` },
  ];
  return { Label: face("inter-latin", "noto-naskh-arabic-400"), "Label Strong": face("inter-latin", "noto-naskh-arabic-700") };
}

export const tileUrl = (layer, query = "") => absolute(`/tiles/${layer}/{z}/{x}/{y}.mvt`) + (query ? `?${query}` : "");

const NAME = lang === "ur" ? ["coalesce", ["get", "name_ur"], ["get", "name"]] : ["coalesce", ["get", "name"], ["get", "name_ur"]];
// Tiles without a value leave the property out or send "": both fall to the other language.
const name = () => ["case", ["==", ["coalesce", NAME, ""], ""], ["coalesce", ["get", "name"], ""], NAME];

const line = (id, source, layer, filter, paint, more = {}) => ({
  id, type: "line", source, "source-layer": layer, ...(filter ? { filter } : {}), layout: { "line-join": "round", "line-cap": "round", ...more.layout }, paint, ...(more.minzoom ? { minzoom: more.minzoom } : {}),
});

function ground(theme) {
  const c = GROUND[theme];
  const kind = (value) => ["==", ["get", "kind"], value];
  return {
    below: [
      { id: "void", type: "background", paint: { "background-color": c.void } },
      { id: "land", type: "fill", source: "places", "source-layer": "ground", filter: kind("country"), paint: { "fill-color": c.land, "fill-antialias": false } },
      { id: "city", type: "fill", source: "places", "source-layer": "ground", filter: kind("footprint"), paint: { "fill-color": c.city, "fill-outline-color": c.cityEdge } },
      line("block", "places", "ground", kind("neighbourhood"), { "line-color": c.block, "line-width": ["interpolate", ["linear"], ["zoom"], 12, 0.5, 14, 1] }, { minzoom: 12 }),
      line("road", "places", "ground", kind("road"), { "line-color": c.road, "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 12, 0.5, 17, 5] }, { minzoom: 12 }),
      line("station", "jurisdictions", "jurisdictions", ["in", ["get", "level"], ["literal", ["station", "beat"]]], { "line-color": c.station, "line-width": 0.8, "line-dasharray": [1, 2.5] }, { minzoom: 11 }),
    ],
    above: [
      line("district", "places", "ground", kind("district"), { "line-color": c.district, "line-width": ["interpolate", ["linear"], ["zoom"], 4, 0.4, 10, 1.4] }),
      line("province", "places", "ground", kind("province"), { "line-color": c.province, "line-width": ["interpolate", ["linear"], ["zoom"], 4, 0.7, 10, 1.8], "line-opacity": 0.75 }),
      line("control", "places", "ground", kind("line_of_control"), { "line-color": c.control, "line-width": 1.6, "line-dasharray": [3, 2.4] }),
      line("chosen", "jurisdictions", "jurisdictions", isArea(""), { "line-color": c.pick, "line-width": 1.8, "line-opacity": 0.85 }),
    ],
    labels: [
      {
        id: "place-name", type: "symbol", source: "places", "source-layer": "places",
        layout: {
          "text-field": name(), "text-font": ["step", ["coalesce", ["get", "rank"], 9], ["literal", ["Label Strong"]], 3, ["literal", ["Label"]]],
          "text-size": ["interpolate", ["linear"], ["zoom"], 4, ["step", ["coalesce", ["get", "rank"], 9], 12, 3, 10.5], 12, ["step", ["coalesce", ["get", "rank"], 9], 16, 3, 12]],
          "symbol-sort-key": ["coalesce", ["get", "rank"], 9], "text-max-width": 8, "text-padding": 6,
        },
        paint: {
          "text-color": ["step", ["coalesce", ["get", "rank"], 9], c.label, 3, c.labelSoft], "text-halo-color": c.halo, "text-halo-width": 1.6, "text-halo-blur": 0.4,
        },
      },
    ],
  };
}

/** The whole style. `data` holds what layers.js wants drawn: `{sources, cells, overlays}`. */
export function buildStyle(theme, data) {
  const parts = ground(theme);
  return {
    version: 8,
    "font-faces": fontFaces(),
    sources: {
      jurisdictions: { type: "vector", tiles: [tileUrl("jurisdictions")], minzoom: 3, maxzoom: 12 },
      places: { type: "vector", tiles: [tileUrl("places")], minzoom: 3, maxzoom: 14 },
      ...data.sources,
    },
    layers: [...parts.below, ...data.cells, ...parts.above, ...data.overlays, ...parts.labels],
  };
}

const NO_AREA = "\u0000";
const isArea = (code) => ["==", ["get", "code"], code || NO_AREA];
const isHidden = (map, id) => map.getLayoutProperty(id, "visibility") === "none";

/** Shows or hides a layer. MapLibre draws again for every setting that is touched, also where it was so before. */
export function showLayer(map, id, visibility) {
  if (map.getLayoutProperty(id, "visibility") !== visibility) map.setLayoutProperty(id, "visibility", visibility);
}

/** Outlines the area that a filter names. A layer that draws nothing is not for nothing: its tiles are masked all the same. */
export function outlineArea(map, code) {
  if (map.getFilter("chosen")[2] !== isArea(code)[2]) map.setFilter("chosen", isArea(code));
  if (!isHidden(map, "district")) showLayer(map, "chosen", code ? "visible" : "none");
}

const isGround = (layer) => layer.source === "places" || layer.source === "jurisdictions";
/** Shaded with an outline, which is a kind of drawing of its own. */
const isEdged = (layer) => !isGround(layer) && layer.type === "fill" && layer.paint["fill-outline-color"] !== undefined;

/**
 * The style without its ground, which `showGround` brings when the data are drawn. On a machine without a graphics card each
 * kind of layer costs a tenth of a second before its first frame, and the ground's tiles would come between the data's.
 */
export function dataFirst(whole) {
  const bare = (layer) => {
    if (isGround(layer)) return { ...layer, layout: { ...layer.layout, visibility: "none" } };
    if (isEdged(layer)) return { ...layer, paint: { ...layer.paint, "fill-antialias": false } };
    return layer;
  };
  return { ...whole, layers: whole.layers.map(bare) };
}

/** Shows the ground, but for layers that `hidden` names. */
export function showGround(map, hidden = []) {
  const none = map.getFilter("chosen")[2] === NO_AREA ? ["chosen"] : [];
  for (const layer of map.getStyle()?.layers ?? []) {
    if (isEdged(layer)) map.setPaintProperty(layer.id, "fill-antialias", true);
    if (isGround(layer) && ![...hidden, ...none].includes(layer.id)) showLayer(map, layer.id, "visible");
  }
}
