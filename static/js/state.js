// What is shown, and its address. One store: everything visible is in the URL, in one order, omitted when default.
import { pushAddress, replaceAddress } from "./address.js";
import { plain } from "./api.js";
import { before, parseWindow, toDays, windowText } from "./time.js";

const ORDER = ["at", "window", "kinds", "heads", "shift", "jurisdiction", "layer", "span", "cell", "record", "mode", "kiosk", "every", "lang", "theme"];
export const DEFAULTS = { window: "-28d", kinds: "fir", heads: "", shift: "", jurisdiction: "", layer: "cells", span: "3y", mode: "map" };
const LISTS = ["kinds", "heads", "layer"];

let values = read();
let end = toDays(new Date().toISOString());
const listeners = new Set();

function read() {
  const query = new URLSearchParams(location.search);
  const found = {};
  for (const [key, value] of query) if (!(key in found)) found[key] = value;
  return found;
}

/** One value; lists come as arrays. */
export function get(key) {
  const value = values[key] ?? DEFAULTS[key] ?? "";
  return LISTS.includes(key) ? value.split(",").filter(Boolean) : value;
}

/** What a desk starts from where its address is silent: called once, before anything reads. */
export function setDefaults(own) {
  Object.assign(DEFAULTS, own);
}

/** Shows a kept view in place: its query takes the place of this one's, but for what belongs to the screen. */
export function load(query) {
  const old = values;
  const kept = Object.fromEntries(["kiosk", "every", "lang", "theme"].filter((key) => key in old).map((key) => [key, old[key]]));
  values = { ...Object.fromEntries(new URLSearchParams(query)), ...kept };
  replaceAddress(`${location.pathname}${search()}`);
  tell(new Set([...Object.keys(old), ...Object.keys(values)].filter((key) => old[key] !== values[key])));
}

/** Changes values. `push` makes a history entry (selection, mode); dragging and panning only replace. */
export function set(patch, { push = false, quiet = false } = {}) {
  const changed = new Set();
  for (const [key, raw] of Object.entries(patch)) {
    const value = Array.isArray(raw) ? raw.join(",") : raw ?? "";
    if ((values[key] ?? DEFAULTS[key] ?? "") === value) continue;
    changed.add(key);
    if (value === (DEFAULTS[key] ?? "")) delete values[key];
    else values[key] = value;
  }
  if (changed.size === 0) return;
  if (push) pushAddress(`${location.pathname}${search()}`);
  else replaceAddress(`${location.pathname}${search()}`, { soon: !quiet && touches(changed) });
  if (!quiet) tell(changed);
}

/** The query of what is shown; unknown keys are kept. */
export function search(extra = {}) {
  const all = { ...values, ...extra };
  const keys = [...ORDER, ...Object.keys(all).filter((key) => !ORDER.includes(key))];
  const parts = keys.filter((key) => all[key]).map((key) => `${plain(key)}=${plain(all[key])}`);
  return parts.length ? `?${parts.join("&")}` : "";
}

export function subscribe(listener) {
  listeners.add(listener);
}

function tell(changed) {
  for (const listener of listeners) listener(changed);
}

addEventListener("popstate", () => {
  const old = values;
  values = read();
  const changed = new Set([...Object.keys(old), ...Object.keys(values)].filter((key) => old[key] !== values[key]));
  tell(changed);
});

/** Where "now" is: the end of the data, so that a relative window never shows days not yet received. */
export function setEnd(days) {
  end = days;
}

export function dataEnd() {
  return end;
}

export function currentWindow() {
  return parseWindow(get("window"), end) ?? parseWindow(DEFAULTS.window, end);
}

/** The filters as the API and the tiles name them. */
export function filters(window = currentWindow()) {
  const found = { window: windowText(window), kinds: get("kinds").join(",") };
  for (const key of ["heads", "shift", "jurisdiction"]) {
    const value = [get(key)].flat().join(",");
    if (value) found[key] = value;
  }
  return found;
}

export const filtersBefore = () => filters(before(currentWindow()));

/** The keys whose change makes every number stale. */
export const FILTER_KEYS = ["window", "kinds", "heads", "shift", "jurisdiction"];
export const touches = (changed, keys = FILTER_KEYS) => keys.some((key) => changed.has(key));
export const hasLayer = (name) => get("layer").includes(name);
