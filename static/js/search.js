// One box for everything: a place, a station, an FIR's number, a cell, coordinates. The typed text never enters the URL.
import { isAbort, lane } from "./api.js";
import { byId, el, icon, replace } from "./dom.js";
import { lang, named, t } from "./i18n.js";
import { search as addressOf, set } from "./state.js";
import { levelName } from "./words.js";

const WAIT = 160;
const ICONS = { place: "pin", neighbourhood: "pin", landmark: "pin", station: "home", jurisdiction: "map", record: "list", fir: "list", complaint: "list", cell: "hex", coordinates: "pin" };
const find = lane();
let results = [];
let at = -1;
let asked = null; // the words that `results` answer
let waiting = null;
let fly = null; // null on a page without a map: what is found there opens on the map

const box = () => byId("search-box");
const list = () => byId("search-results");

export function startSearch(flyTo) {
  fly = flyTo;
  byId("search").hidden = false;
  box().addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, WAIT); });
  box().addEventListener("keydown", keys);
  box().addEventListener("focus", () => { if (results.length) open(true); });
  document.addEventListener("pointerdown", (event) => { if (!event.target.closest("#search")) close(); });
  byId("search-open")?.addEventListener("click", focusSearch);
}

export function focusSearch() {
  byId("search").classList.add("open");
  box().focus();
  box().select();
}

function close() {
  open(false);
  byId("search").classList.remove("open");
}

function open(yes) {
  list().hidden = !yes;
  box().setAttribute("aria-expanded", String(yes));
}

async function look() {
  const text = box().value.trim();
  at = -1;
  if (!text) { results = []; open(false); return; }
  try {
    results = (await find("/api/search", { q: text })).results;
  } catch (error) {
    if (isAbort(error)) return;
    results = [];
    replace(list(), el("li", { class: "search-note" }, t("Search does not answer just now.")));
    open(true);
    return;
  }
  asked = text;
  draw();
  open(true);
}

const typeName = (found) => ({
  place: t("Place"), neighbourhood: t("Neighbourhood"), landmark: t("Landmark"), station: t("Station"), record: t("Record"), fir: t("FIR"), complaint: t("Complaint"), cell: t("Cell"), coordinates: t("Coordinates"),
}[found.type] ?? levelName(found.level ?? found.detail ?? found.type));

const beside = (found) => (found.type === "jurisdiction" ? "" : (lang === "ur" && found.detail_ur) || found.detail || "");

function draw() {
  if (!results.length) { replace(list(), el("li", { class: "search-note" }, t("Nothing found."))); return; }
  replace(list(), results.slice(0, 12).map((found, index) => el("li", {
    class: "search-result", role: "option", id: `result-${index}`, "aria-selected": String(index === at), onclick: () => choose(found),
  }, icon(ICONS[found.type] ?? "pin"), el("span", {}, el("bdi", {}, found.label ?? named(found)), beside(found) ? [" ", el("small", {}, beside(found))] : null), el("small", {}, typeName(found)))));
}

/** Enter chooses what is marked, else the first; pressed before the answer has come it waits for it. */
async function enter() {
  if (asked !== box().value.trim()) { clearTimeout(waiting); await look(); }
  if (results.length) choose(results[Math.max(0, at)]);
}

function choose(found) {
  close();
  box().blur();
  if (["record", "fir", "complaint"].includes(found.type) && found.id) {
    location.assign(`/records/${encodeURIComponent(found.id)}?from=${encodeURIComponent(location.pathname + addressOf())}`);
    return;
  }
  const center = found.center ?? (found.lon !== undefined && found.lat !== undefined ? [found.lon, found.lat] : null);
  const area = ["jurisdiction", "station", "district", "division", "province"].includes(found.type) ? found.code : null;
  if (!fly) {
    const at = center ? `at=${center[1].toFixed(4)},${center[0].toFixed(4)},${found.zoom ?? 13}` : "";
    location.assign(`/map?${[at, area && `jurisdiction=${encodeURIComponent(area)}`, found.cell && `cell=${encodeURIComponent(found.cell)}`].filter(Boolean).join("&")}`);
    return;
  }
  if (found.cell) set({ cell: found.cell }, { push: true });
  if (area) set({ jurisdiction: area }, { push: true });
  if (found.bbox) fly({ bbox: found.bbox });
  else if (center) fly({ center, zoom: found.zoom });
}

function keys(event) {
  if (event.key === "Escape") { close(); box().blur(); } else if (event.key === "Enter") { event.preventDefault(); enter(); } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const count = Math.min(12, results.length);
    if (!count) return;
    at = (at + (event.key === "ArrowDown" ? 1 : count - 1) + (at < 0 && event.key === "ArrowUp" ? 1 : 0)) % count;
    box().setAttribute("aria-activedescendant", `result-${at}`);
    draw();
  }
}
