// The card beside the pointer: a cell's numbers, by kind, and the change against the window before. Never a name.
import { ask, isAbort } from "./api.js";
import { bdi, byId, el, kindMark, replace } from "./dom.js";
import { mass, t } from "./i18n.js";
import { currentWindow, filters, filtersBefore, get } from "./state.js";
import { kindName } from "./words.js";

const REST = 80;
let asking = null;
const known = new Map();
let waiting = null;
let shown = null;

export function hideHover() {
  clearTimeout(waiting);
  shown = null;
  byId("hover-card").hidden = true;
}

/** Forgets what was fetched: the filters changed. */
export const forget = () => known.clear();

export function showHover(feature, point) {
  const card = byId("hover-card");
  place(card, point);
  const cell = feature.properties.cell;
  if (cell === shown) return;
  clearTimeout(waiting);
  shown = cell;
  waiting = setTimeout(() => {
    if (shown !== cell) return;
    fill(card, feature, known.get(cell));
    place(card, point);
    card.hidden = false;
    if (feature.layer.id === "cells" && !known.has(cell)) more(card, feature);
  }, REST);
}

async function more(card, feature) {
  const cell = feature.properties.cell;
  try {
    known.set(cell, await numbersOf(cell));
  } catch (error) {
    if (isAbort(error)) return;
    known.set(cell, null);
  }
  if (shown === cell) fill(card, feature, known.get(cell));
}

// One row a question is enough: each answer carries the cell's whole mass.
async function numbersOf(cell) {
  asking?.abort();
  asking = new AbortController();
  const massOf = async (params) => (await ask(`/api/cells/${cell}/records`, { ...params, limit: 1 }, { signal: asking.signal })).mass;
  const kinds = get("kinds");
  const [earlier, ...masses] = await Promise.all([massOf(filtersBefore()), ...(kinds.length > 1 ? kinds.map((kind) => massOf({ ...filters(), kinds: kind })) : [])]);
  return { by_kind: masses.length ? Object.fromEntries(kinds.map((kind, index) => [kind, masses[index]])) : null, before: { mass: earlier } };
}

function fill(card, feature, numbers) {
  if (feature.layer.id === "forecast") return fillForecast(card, feature.properties);
  const value = numbers?.mass ?? feature.properties.mass;
  const kinds = numbers?.by_kind ? Object.entries(numbers.by_kind) : get("kinds").length === 1 ? [[get("kinds")[0], value]] : [];
  replace(card,
    el("p", { class: "hover-number" }, bdi(mass(value)), " ", el("span", {}, t("records"))),
    kinds.length ? el("ul", { class: "hover-kinds" }, kinds.map(([kind, of]) => el("li", {}, kindMark(kind), el("span", {}, kindName(kind)), bdi(mass(of), "count")))) : null,
    numbers === undefined ? el("span", { class: "skeleton" }) : change(value, numbers?.before?.mass),
    el("p", { class: "hover-hint" }, t("Click to open the records")));
}

function change(value, before) {
  if (before === undefined || before === null) return null;
  const { from, to } = currentWindow();
  const difference = value - before;
  const sign = difference > 0 ? "+" : difference < 0 ? "−" : "±";
  return el("p", { class: "hover-change" }, bdi(`${sign}${mass(Math.abs(difference))}`), " ", t("against the %(n)s days before", { n: to - from }));
}

const MARKS = {
  paused: () => t("Paused: registration here has left its usual level"), rested: () => t("Resting until an officer renews it"),
  unknown: () => t("Too little is reported here to say"), unstable: () => t("Uncertain if reporting differs by 30 %"),
};

function fillForecast(card, cell) {
  if (cell.rate === undefined) return replace(card, el("p", { class: "hover-hint" }, MARKS.paused()));
  replace(card,
    el("p", { class: "hover-number" }, bdi(mass(cell.rate)), " ", el("span", {}, t("expected reports"))),
    el("p", { class: "hover-change" }, t("between %(low)s and %(high)s", { low: mass(cell.low), high: mass(cell.high) })),
    cell.rank ? el("p", { class: "hover-change" }, t("rank %(rank)s", { rank: cell.rank })) : null,
    MARKS[cell.mark] ? el("p", { class: "hover-hint" }, MARKS[cell.mark]()) : null,
    el("p", { class: "hover-hint" }, t("Click to see what drives it")));
}

function place(card, point) {
  const box = byId("map");
  const wide = 220;
  const beyond = point.x + wide + 24 > box.clientWidth;
  card.style.setProperty("--x", `${box.offsetLeft + (beyond ? point.x - wide - 18 : point.x + 18)}px`);
  card.style.setProperty("--y", `${box.offsetTop + Math.max(8, Math.min(point.y - 20, box.clientHeight - 160))}px`);
}
