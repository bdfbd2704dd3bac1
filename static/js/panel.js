// The records of the chosen cell: newest first, each with its part of the cell's number, and the proof that they add up.
import { ApiError, ask, isAbort, lane } from "./api.js";
import { announce } from "./announce.js";
import { bdi, byId, el, icon, kindMark, replace } from "./dom.js";
import { lang, mass, t, tn, when } from "./i18n.js";
import { filters, get, hasLayer, search, set } from "./state.js";
import { headName } from "./rail.js";
import { kindName, kindOne, methodName } from "./words.js";

const ask1 = lane();
let forecastCells = new Map();
let page = null; // {cell, mass, records, next}
let numbers = null;

let clicked = null; // the forecast cell last clicked, for one that is not among those sent with their drivers

export const setClicked = (properties) => { clicked = properties; };
export const setForecastCells = (cells) => { forecastCells = new Map((cells ?? []).map((cell) => [cell.cell, cell])); };

/** Shows what the state names: a cell's records, or how to begin. */
export async function openPanel() {
  const cell = get("cell");
  const panel = byId("panel");
  document.body.classList.toggle("panel-open", Boolean(cell));
  if (!cell) { page = null; drawEmpty(); return; }
  panel.dataset.cell = cell;
  drawLoading();
  try {
    page = await ask1(`/api/cells/${encodeURIComponent(cell)}/records`, filters());
    draw();
    announce(tn("%(n)s record in this cell", "%(n)s records in this cell", page.records.length));
  } catch (error) {
    if (!isAbort(error)) drawError(error);
  }
}

export function setPanelNumbers(summary, before) {
  numbers = summary ? { summary, before } : null;
  if (!get("cell")) drawEmpty();
}

function head(...children) {
  return el("div", { class: "panel-head" }, el("div", { class: "panel-headline" }, children),
    get("cell") ? el("button", { class: "tool panel-tools", type: "button", "aria-label": t("Close"), onclick: () => set({ cell: "" }, { push: true }) }, icon("close")) : null);
}

function drawEmpty() {
  const { summary } = numbers ?? {};
  const kinds = Object.entries(summary?.by_kind ?? {}).filter(([, value]) => value > 0);
  const heads = Object.entries(summary?.by_head ?? {}).sort((a, b) => b[1] - a[1]).slice(0, 8);
  const top = heads[0]?.[1] ?? 1;
  replace(byId("panel-body"),
    head(el("p", { class: "panel-kicker" }, t("In the filter")), numbers ? el("p", { class: "figure" }, bdi(mass(summary.total)), " ", el("small", {}, t("records"))) : el("span", { class: "skeleton skeleton-figure" }), changeLine()),
    numbers ? [
      kinds.length > 1 ? el("ul", { class: "split" }, kinds.map(([kind, value]) => el("li", {}, kindMark(kind), el("span", {}, kindName(kind)), bdi(mass(value), "count")))) : null,
      heads.length ? el("section", { class: "panel-part" }, el("h3", {}, t("Most recorded")), el("ol", { class: "bars-list" }, heads.map(([key, value]) => el("li", {},
        el("button", { type: "button", onclick: () => set({ heads: [key] }, { push: true }) }, el("span", {}, headName(key)), bdi(mass(value), "count"), el("span", { class: "bar", vars: { "--share": String(value / top) } })))))) : null,
      summary.total === 0 ? el("div", { class: "state" }, icon("hex"), el("strong", {}, t("No records")), el("p", {}, t("Nothing in this filter and window. Widen the window or clear a filter."))) : null,
      el("p", { class: "explain panel-hint" }, icon("hex", "icon-small"), t("Click a cell on the map to read its records.")),
    ] : el("div", { class: "panel-part" }, skeletonRows(6)));
}

function changeLine() {
  if (!numbers?.before) return null;
  const difference = numbers.summary.total - numbers.before.total;
  const share = numbers.before.total ? difference / numbers.before.total : null;
  return el("p", { class: "explain" }, bdi(`${difference >= 0 ? "+" : "−"}${mass(Math.abs(difference))}${share === null ? "" : ` (${share >= 0 ? "+" : "−"}${Math.abs(share * 100).toFixed(0)} %)`}`, "strong"), " ", t("against the window before"));
}

const skeletonRows = (n) => Array.from({ length: n }, () => el("span", { class: "skeleton skeleton-row" }));

function drawLoading() {
  replace(byId("panel-body"), head(el("p", { class: "panel-kicker" }, t("Cell"), " ", bdi(get("cell"), "code")), el("span", { class: "skeleton skeleton-figure" })), el("div", { class: "panel-part" }, skeletonRows(7)));
}

function drawError(error) {
  const forbidden = error instanceof ApiError && error.status === 403;
  const words = forbidden ? [t("Not in your jurisdiction"), t("These records belong to a station that you may not see.")]
    : error.status === 404 || error.status === 422 ? [t("No such cell"), t("The address names a cell that does not exist.")]
      : error.status === 0 ? [t("No connection"), t("The server did not answer. The map shows what it had.")] : [t("Could not read the records"), error.detail || t("The server answered with an error.")];
  replace(byId("panel-body"), head(el("p", { class: "panel-kicker" }, t("Cell"), " ", bdi(get("cell"), "code"))),
    el("div", { class: "state", role: "alert" }, icon(forbidden ? "lock" : "warn"), el("strong", {}, words[0]), el("p", {}, words[1]),
      forbidden ? null : el("button", { class: "button button-quiet", type: "button", onclick: openPanel }, t("Try again"))));
}

// Sums in whole millionths, as the masses were made: floating sums of a thousand parts would not come out even.
const millionths = (value) => Math.round(value * 1e6);
const sum = (records) => records.reduce((total, record) => total + millionths(record.mass), 0) / 1e6;

function draw() {
  const loaded = sum(page.records);
  const even = millionths(loaded) === millionths(page.mass);
  replace(byId("panel-body"),
    head(el("p", { class: "panel-kicker" }, t("Cell"), " ", bdi(page.cell, "code")), el("p", { class: "figure", id: "cell-mass", data: { mass: page.mass } }, bdi(mass(page.mass)), " ", el("small", {}, t("records' worth"))), page.records.length ? proof(loaded, even) : null),
    drivers(),
    page.records.length
      ? el("ol", { class: "records", id: "records" }, page.records.map(item))
      : el("div", { class: "state" }, icon("hex"), el("strong", {}, t("No records here")), el("p", {}, t("Nothing in this cell for the filter and window."))),
    page.next ? el("div", { class: "panel-more" }, el("button", { class: "button button-quiet button-wide", type: "button", id: "more", onclick: more }, t("Show more"))) : null,
    el("p", { class: "explain panel-hint" }, icon("info", "icon-small"), t("A record that may have happened in several places counts partly in each. Opening a record is logged.")));
}

function proof(loaded, even) {
  const words = even ? tn("adds up: the part of %(n)s record is the cell's number", "adds up: the parts of %(n)s records sum to the cell's number", page.records.length)
    : page.next ? t("%(loaded)s of %(all)s shown so far", { loaded: mass(loaded), all: mass(page.mass) }) : t("the parts do not sum to the cell's number");
  return el("p", { class: `adds-up ${even ? "" : page.next ? "part" : "wrong"}`, id: "adds-up", data: { even: String(even) }, title: `${loaded} / ${page.mass}` }, icon(even ? "check" : page.next ? "clock" : "warn", "icon-small"), el("span", {}, words));
}

function drivers() {
  const cell = hasLayer("forecast") ? forecastCells.get(page.cell) ?? (clicked?.cell === page.cell ? clicked : null) : null;
  if (!cell) return null;
  return el("section", { class: "panel-part forecast-card" },
    el("h3", {}, t("Forecast for the coming week")),
    el("p", {}, t("expected %(rate)s reports (%(low)s–%(high)s)", { rate: mass(cell.rate), low: mass(cell.low), high: mass(cell.high) }), " · ", t("rank %(rank)s", { rank: cell.rank })),
    el("ul", { class: "drivers" }, (cell.drivers ?? []).map((driver) => el("li", { vars: { "--share": String(driver.share ?? 0) } }, el("span", {}, lang === "ur" ? driver.text_ur || driver.text : driver.text), driver.share === undefined ? null : bdi(`${Math.round(driver.share * 100)} %`, "count")))),
    el("p", { class: "explain" }, t("Expected reports at a place, not people. A forecast is not evidence and gives no ground to stop or search anyone.")));
}

export const labelOf = (record) => record.title || record.label || (record.number ? `${record.number}${record.year ? `/${String(record.year).slice(-2)}` : ""}` : `#${record.id}`);
export const nameOf = (thing) => (thing && typeof thing === "object" ? (lang === "ur" ? thing.name_ur || thing.name : thing.name) ?? thing.code : thing);

function whenOf(record) {
  const from = record.occurred_from ?? record.occurred?.from ?? record.day ?? record.reported_at;
  const to = record.occurred_to ?? record.occurred?.to;
  if (!from) return t("time not known");
  if (record.kind === "stay" || /^\d{4}-\d{2}-\d{2}$/.test(from)) return when(from, "day");
  if (!to || to === from) return when(from);
  return when(from, "day") === when(to, "day") ? `${when(from)}–${when(to, "time")}` : `${when(from)} – ${when(to)}`;
}

function accuracy(record) {
  const metres = record.accuracy_m ?? record.fix?.accuracy_m;
  const method = record.method ?? record.fix?.method;
  if (metres === undefined || metres === null) return method ? methodName(method) : "";
  const far = metres >= 1000 ? t("%(n)s km", { n: `±${(metres / 1000).toFixed(1)}` }) : t("%(n)s m", { n: `±${Math.round(metres)}` });
  return [far, method ? methodName(method) : ""].filter(Boolean).join(t(", "));
}

function item(record) {
  const href = `/records/${encodeURIComponent(record.id)}?from=${encodeURIComponent(location.pathname + search())}`;
  const title = record.kind === "stay" ? nameOf(record.hotel) : record.head ? headName(record.head) : record.category ?? kindOne(record.kind);
  return el("li", { class: "record", data: { id: record.id } }, el("a", { href },
    el("span", { class: "record-kind" }, kindMark(record.kind), el("span", { class: "unseen" }, kindOne(record.kind))),
    el("span", { class: "record-main" },
      el("span", { class: "record-title" }, el("strong", {}, title ?? kindOne(record.kind)), " ", record.kind === "stay" ? null : bdi(labelOf(record), "code")),
      el("span", { class: "record-line" }, el("bdi", {}, whenOf(record))),
      el("span", { class: "record-line soft" }, [nameOf(record.station), record.place].filter(Boolean).slice(0, 2).map((part, i) => [i ? " · " : "", el("bdi", {}, part)])),
      el("span", { class: "record-line soft" }, accuracy(record), record.status ? [" ", el("span", { class: "badge" }, record.status)] : null)),
    el("span", { class: "record-mass", title: t("its part of this cell's number: %(mass)s", { mass: record.mass }) }, bdi(mass(record.mass)), el("span", { class: "mass-bar", "aria-hidden": "true", vars: { "--share": String(Math.min(1, record.mass)) } }))));
}

async function more() {
  const button = byId("more");
  button.disabled = true;
  try {
    const answer = await ask(`/api/cells/${encodeURIComponent(page.cell)}/records`, { ...filters(), cursor: page.next });
    page = { ...page, records: [...page.records, ...answer.records], next: answer.next };
    draw();
  } catch { button.disabled = false; }
}
