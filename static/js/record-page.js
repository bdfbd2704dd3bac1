// The page of one record: all its fields, its cells on a small map, how it was placed and what was believed before.
import { ApiError, ask } from "./api.js";
import { bdi, byId, el, icon, kindMark, replace } from "./dom.js";
import { lang, mass, t, tn, when } from "./i18n.js";
import { drawRecordMap } from "./record-map.js";
import { startSession } from "./session.js";
import { startShell } from "./shell.js";
import "./theme.js";
import { discoveryName, kindOne, methodName, partyName, reasonText } from "./words.js";

const id = byId("record").dataset.record;

// Only an address of our own desks is followed back, so that no link can lead out of the house.
const from = new URLSearchParams(location.search).get("from") ?? "";
if (/^\/(map|control|beats|pins|weekly|forecasts)(\?|$)/.test(from)) showWayBack();
function showWayBack() {
  byId("back").href = from;
  if (!from.startsWith("/map")) byId("back").lastChild.textContent = t("Back");
}
const ACTIONS = [{ keys: ["Escape"], label: t("Back"), run: () => location.assign(byId("back").href) }];

const own = (thing) => (thing && typeof thing === "object" ? (lang === "ur" ? thing.name_ur || thing.name : thing.name || thing.name_ur) : thing);
const urdu = (text) => /[\u0600-\u06ff]/.test(text);
const moment = (value) => (value ? el("bdi", {}, when(value)) : null);

function pair(label, value) {
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length)) return null;
  return [el("dt", {}, label), el("dd", {}, value instanceof Node ? value : bdi(Array.isArray(value) ? value.join(", ") : value))];
}

function sheet(title, ...children) {
  return el("section", { class: "sheet" }, el("h2", {}, title), children);
}

function span(record) {
  const { occurred_from: a, occurred_to: b } = record;
  if (!a) return record.day ? when(record.day, "day") : "";
  return !b || a === b ? when(a) : `${when(a)} – ${when(b)}`;
}

const accuracy = (metres) => (metres === null || metres === undefined ? "" : length(metres, "±"));

function drawHead(record) {
  const title = record.kind === "stay" ? own(record.hotel) : (lang === "ur" ? record.head_name_ur : record.head_name) || record.head || record.category || kindOne(record.kind);
  const number = record.title ?? record.label ?? `#${record.id}`;
  document.title = `${title} ${number} · ${t("Naqsha")}`;
  replace(byId("record-head"),
    el("h1", {}, kindMark(record.kind), el("span", {}, title), bdi(number, "code")),
    el("p", { class: "record-badges" }, el("span", { class: "badge" }, kindOne(record.kind)), record.synthetic ? el("span", { class: "badge badge-synthetic" }, t("Synthetic")) : el("span", { class: "badge badge-good" }, t("real")),
      record.cancelled ? el("span", { class: "badge badge-bad" }, t("cancelled")) : null, record.protected ? el("span", { class: "badge badge-warn" }, icon("lock", "icon-small"), t("protected")) : null,
      el("bdi", {}, span(record)), own(record.station) ? [" · ", el("bdi", {}, own(record.station))] : null),
    record.kind === "fir" ? el("p", {}, el("a", { href: `/records/${encodeURIComponent(record.id)}/form` }, t("The form of the FIR, to print"))) : null);
}

/** What cannot be in the order of a FIR's events; the page stands without it if it cannot be asked. */
async function drawOrder(record) {
  if (record.kind !== "fir") return;
  const { flags } = await ask(`/api/records/${encodeURIComponent(record.id)}/order`).catch(() => ({ flags: [] }));
  if (!flags.length) return;
  byId("record-facts").prepend(sheet(t("To be looked into"), el("ul", { class: "reasons" }, flags.map((flag) => el("li", {}, icon("warn", "icon-small"), el("span", {}, reasonText(flag)))))));
}

const LABELS = {
  year: () => t("Year"), number: () => t("Number"), e_tag: () => t("E-tag"), sections: () => t("Sections"), property: () => t("Property"), distance_m: () => t("Distance from the thana"),
  direction: () => t("Direction from the thana"), status: () => t("Status"), rule_version: () => t("Rules of crime heads"), tag: () => t("Tag"), category: () => t("Category"), fir: () => t("FIR"),
  fir_id: () => t("FIR"), external_id: () => t("Number at the source"),
};

function detailValue(name, value) {
  if (name === "fir_id") return el("a", { href: `/records/${encodeURIComponent(value)}${location.search}` }, t("Open the FIR"));
  if (name === "distance_m") return length(value);
  if (name === "direction" && typeof value === "number") return `${value}°`;
  if (Array.isArray(value)) return value.map((item) => (item && typeof item === "object" ? [item.law, item.section, item.action_date].filter(Boolean).join(" ") : String(item))).join(", ");
  return value && typeof value === "object" ? Object.entries(value).map(([key, of]) => `${key}: ${of}`).join(", ") : value;
}

function length(metres, sign = "") {
  return metres >= 1000 ? t("%(n)s km", { n: `${sign}${(metres / 1000).toFixed(1)}` }) : t("%(n)s m", { n: `${sign}${Math.round(metres)}` });
}

function drawFacts(record) {
  const order = Object.keys(LABELS);
  const place = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
  const detail = Object.entries(record.detail ?? {}).filter(([name, value]) => !(name === "fir_id" && !value)).sort(([a], [b]) => place(a) - place(b));
  replace(byId("record-facts"),
    sheet(t("The record"), el("dl", { class: "pairs" },
      pair(t("Kind"), kindOne(record.kind)), pair(t("Number"), record.title), pair(t("Crime head"), lang === "ur" ? record.head_name_ur : record.head_name), pair(t("Station"), own(record.station)),
      pair(t("Hotel"), own(record.hotel)), pair(t("Day"), record.day ? when(record.day, "day") : null), pair(t("Occurred"), record.occurred_from ? span(record) : null), pair(t("Reported"), moment(record.reported_at)),
      pair(t("How police came to know"), record.discovery ? discoveryName(record.discovery) : null), pair(t("Place as written"), record.place ? el("span", { lang: urdu(record.place) ? "ur" : "en", dir: "auto" }, record.place) : null),
      pair(t("Coordinates given"), record.given ? `${record.given.lat}, ${record.given.lon}` : null),
      detail.map(([name, value]) => pair(LABELS[name]?.() ?? name, value === null ? null : detailValue(name, value))))),
    record.held_back ? sheet(t("Held back"), el("p", { class: "explain" }, t("This is a protected offence. Its place, words and persons are shown only to those with the right to see them."))) : null,
    record.narrative ? sheet(t("In the record's words"), el("p", { class: "narrative", lang: urdu(record.narrative) ? "ur" : "en", dir: "auto" }, record.narrative)) : null,
    record.persons?.length ? sheet(t("Persons"), el("dl", { class: "pairs" }, record.persons.map((person) => pair(partyName(person.role), [person.name, person.cnic?.replace(/^(\d{5})(\d{7})(\d)$/, "$1-$2-$3"), person.phone, person.unreadable?.length ? t("sealed with another key, and not readable here") : null].filter(Boolean).join(" · ")))), el("p", { class: "explain" }, t("This reading of persons was logged under your name."))) : null,
    sheet(t("Where the record comes from"), el("dl", { class: "pairs" }, pair(t("Source"), own(record.source)), pair(t("Credit"), record.attribution), pair(t("Known by us"), moment(record.known_at)), pair(t("Received"), moment(record.received_at)), pair(t("Version"), record.version))),
    record.versions?.length ? sheet(t("Earlier versions"), el("ol", { class: "steps" }, record.versions.map((version) => el("li", {}, t("Version %(n)s", { n: version.version }), el("small", {}, el("bdi", {}, `${when(version.from)} – ${version.until ? when(version.until) : ""}`)))))) : null);
}

function fixWords(fix) {
  return [methodName(fix.method), accuracy(fix.accuracy_m)].filter(Boolean).join(t(", "));
}

function drawFix(record, fix) {
  const history = record.history ?? [];
  const now = fix ?? history[0];
  replace(byId("record-fix"),
    now ? sheet(t("How it was placed"), el("div", { class: "fix-now" }, el("strong", {}, methodName(now.method)), el("span", {}, now.accuracy_m ? t("nine tenths of it lie within %(far)s", { far: length(now.accuracy_m) }) : ""), now.matched ? el("span", { class: "explain" }, t("matched:"), " ", bdi(reasonText(now.matched, record.station))) : null),
      typeof now.score === "number" ? el("p", { class: "score" }, t("Score"), el("span", { vars: { "--share": String(now.score) } }), bdi(now.score.toFixed(2))) : null,
      now.reasons?.length ? el("ul", { class: "reasons" }, now.reasons.map((reason) => el("li", {}, icon("check", "icon-small"), el("span", {}, reasonText(reason, record.station))))) : null) : null,
    history.length ? sheet(t("What was believed, and when"), el("ol", { class: "steps history" }, history.map((step) => el("li", { class: step.until ? "" : "current" }, fixWords(step), step.by_officer ? [" ", el("span", { class: "badge badge-good" }, t("by an officer"))] : null, el("small", {}, el("bdi", {}, `${when(step.from)} – ${step.until ? when(step.until) : t("until now")}`)))))) : null);
}

async function drawCells(answer) {
  const cells = [...answer.cells].sort((a, b) => b.mass - a.mass);
  const sum = cells.reduce((total, cell) => total + Math.round(cell.mass * 1e6), 0);
  if (!cells.length) {
    byId("record-map").hidden = true;
    replace(byId("record-cells"), el("p", { class: "explain" }, t("This record could not be placed. It is counted beside the map.")));
    return;
  }
  replace(byId("record-cells"), el("p", { class: `adds-up ${sum === 1_000_000 ? "" : "wrong"}` }, icon(sum === 1_000_000 ? "check" : "warn", "icon-small"), el("span", {}, sum === 1_000_000 ? tn("one record on %(n)s cell", "one record spread over %(n)s cells, adding to exactly one", cells.length) : mass(sum / 1e6))),
    el("details", { class: "record-cells" }, el("summary", {}, t("The cells as a table")), el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("Cell")), el("th", { scope: "col" }, t("Its part")))),
      el("tbody", {}, cells.map((cell) => el("tr", {}, el("td", {}, bdi(cell.cell, "code")), el("td", {}, bdi(cell.mass))))))));
  const { shapes } = await ask("/api/shapes", { cells: cells.map((cell) => cell.cell).join(",") });
  drawRecordMap(cells.map((cell, index) => ({ ...cell, boundary: shapes[index].boundary })));
}

function failed(error) {
  const gone = error instanceof ApiError && [403, 404].includes(error.status);
  replace(byId("record-head"), el("div", { class: "state", role: "alert" }, icon(gone ? "lock" : "warn"), el("strong", {}, gone ? t("No such record for you") : t("Could not read the record")),
    el("p", {}, gone ? t("There is none of this number, or it belongs to a station that you may not see.") : error.detail || t("The server did not answer.")),
    gone ? null : el("button", { class: "button button-quiet", type: "button", onclick: () => location.reload() }, t("Try again"))));
  document.querySelector(".record-grid").hidden = true;
}

startSession().then((session) => startShell(session, { actions: ACTIONS })).catch(() => {});
try {
  const [record, cells] = await Promise.all([ask(`/api/records/${encodeURIComponent(id)}`), ask(`/api/records/${encodeURIComponent(id)}/cells`).catch(() => null)]);
  drawHead(record);
  drawFacts(record);
  drawFix(record, cells?.fix);
  drawOrder(record);
  if (cells) await drawCells(cells).catch(() => { byId("record-map").hidden = true; });
} catch (error) {
  failed(error);
}
