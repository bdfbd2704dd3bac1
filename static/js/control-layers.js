// The layers of the control room: on and off by number keys or by hand, the shaded one with its classes, loaded ones with their end.
import { ask, send } from "./api.js";
import { colourOf, fillNow, FILLS, pointsLeftOut, scaleNow, setLoaded } from "./control-map.js";
import { bdi, byId, el, icon, kindMark, replace } from "./dom.js";
import { edge, number, t } from "./i18n.js";
import { get, hasLayer, set } from "./state.js";
import { toast } from "./toast.js";

const OWN = [
  { id: "firs", name: () => t("FIRs"), mark: "fir" },
  { id: "complaints", name: () => t("Complaints"), mark: "complaint" },
  { id: "stays", name: () => t("Check-in density") },
  { id: "cells", name: () => t("Records by cell") },
  { id: "beats", name: () => t("Beats and stations") },
  { id: "places", name: () => t("Places") },
  { id: "forecast", name: () => t("Forecast, next week") },
];
let loaded = [];
let off = new Set();

/** `without` holds the layers that this reader does not have. */
export function startLayers({ without = [] } = {}) {
  off = new Set(without);
  byId("load-form")?.addEventListener("submit", (event) => { event.preventDefault(); upload(event.target); });
  drawLayers();
}

const all = () => [...OWN.filter((layer) => !off.has(layer.id)), ...loaded.map((layer, index) => ({ id: `p${layer.id}`, name: () => layer.name, colour: colourOf(index), layer }))];

/** Number keys: the n-th of the list. */
export function flipNth(n) {
  const found = all()[n - 1];
  if (found) flip(found.id);
}

function flip(id) {
  const now = new Set(get("layer").filter((name) => name !== "none"));
  if (!now.delete(id)) {
    if (FILLS.includes(id)) for (const other of FILLS) now.delete(other);
    now.add(id);
  }
  set({ layer: all().map((layer) => layer.id).filter((name) => now.has(name)).join(",") || "none" }, { push: true });
}

export function drawLayers() {
  const focused = document.activeElement?.dataset?.layer;
  replace(byId("layers"), all().map((layer, index) => el("li", {}, el("div", { class: "layer-line" },
    el("button", { type: "button", class: "layer-row", role: "checkbox", "aria-checked": String(hasLayer(layer.id)), data: { layer: layer.id }, onclick: () => flip(layer.id) },
      el("span", { class: "tick-box", "aria-hidden": "true" }, hasLayer(layer.id) ? icon("check", "icon-small") : null),
      layer.mark ? kindMark(layer.mark) : layer.colour ? el("span", { class: "layer-swatch", vars: { "--swatch": layer.colour } }) : null,
      el("bdi", {}, layer.name()), layer.layer ? bdi(number(layer.layer.points), "count") : null,
      index < 9 ? el("kbd", { class: "only-desk", "aria-hidden": "true" }, String(index + 1)) : null),
    layer.layer?.own ? el("button", { type: "button", class: "tool", "aria-label": t("Delete %(name)s", { name: layer.layer.name }), onclick: () => remove(layer.layer) }, icon("bin", "icon-small")) : null),
  layer.id === fillNow() ? classes() : null, layer.mark && hasLayer(layer.id) ? cutNote(pointsLeftOut(layer.id)) : null)));
  if (focused) byId("layers").querySelector(`[data-layer="${focused}"]`)?.focus();
}

/** More records than one tile draws: said, since what is missing would look like quiet. */
function cutNote(records) {
  return records ? el("p", { class: "explain" }, t("Not all are drawn: of %(n)s records in one part of the map only the newest. Go nearer to see the rest.", { n: number(records) })) : null;
}

function classes() {
  const { edges, colours } = scaleNow();
  return el("ul", { class: "layer-classes", "aria-label": fillNow() === "forecast" ? t("expected reports in the week") : t("records in a cell") },
    colours.map((colour, index) => el("li", { vars: { "--swatch": colour } }, bdi(index === 0 ? (edges.length ? `<${edge(edges[0])}` : t("all")) : `≥${edge(edges[index - 1])}`))));
}

/** The layers that the room has loaded, with their points where they show. */
export async function loadLayers() {
  const { layers } = await ask("/api/control/layers");
  const known = new Map(loaded.map((layer) => [layer.id, layer.data]));
  loaded = layers.map((layer) => ({ ...layer, data: known.get(layer.id) }));
  await needed();
  setLoaded(loaded);
  drawLayers();
}

/** Points are read when their layer is first shown. */
export async function needed() {
  const missing = loaded.filter((layer) => hasLayer(`p${layer.id}`) && !layer.data);
  if (!missing.length) return;
  await Promise.all(missing.map(async (layer) => { layer.data = await ask(`/api/control/layers/${layer.id}/points`); }));
  setLoaded(loaded);
}

async function upload(form) {
  const said = byId("load-said");
  said.textContent = t("Loading …");
  try {
    const answer = await send("POST", "/api/control/layers", new FormData(form));
    form.reset();
    said.textContent = t("Loaded: %(n)s points.", { n: number(answer.points) });
    set({ layer: [...get("layer").filter((name) => name !== "none"), `p${answer.id}`].join(",") }, { push: true });
    await loadLayers();
  } catch (error) {
    said.textContent = error.detail || error.title || t("The server does not answer.");
  }
}

async function remove(layer) {
  try {
    await send("DELETE", `/api/control/layers/${layer.id}`);
    await loadLayers();
    toast(t("Deleted: %(name)s", { name: layer.name }), t("Undo"), async () => { await send("POST", `/api/control/layers/${layer.id}/restore`).catch(() => {}); await loadLayers(); });
  } catch {
    toast(t("This could not be deleted. Try again."));
  }
}
