// The Beats desk: filters, the table beside the map, the planner, and the plans that were kept.
import { announce } from "./announce.js";
import { isAbort, lane } from "./api.js";
import { clear, countRamp } from "./beats-colours.js";
import { fit, pick, shade, showUnits, startBeatsMap } from "./beats-map.js";
import { loadKept } from "./beats-kept.js";
import { addPlace, clickedOnMap, forget, startPlan } from "./beats-plan.js";
import { SHADES, draw as drawTable, heat, sentenceOf, setHeat, shown, startTable } from "./beats-table.js";
import { breaks, classOf, diverging } from "./colours.js";
import { bdi, byId, el, icon, replace } from "./dom.js";
import { day, edge, mass, named, number, t } from "./i18n.js";
import { startShell } from "./shell.js";
import { filterAsked, mapDrawn, rowsFirst, useful } from "./marks.js";
import { endOf, startSession } from "./session.js";
import { currentWindow, dataEnd, filters, get, set, setEnd, subscribe, touches } from "./state.js";
import { onTheme } from "./theme.js";
import { SHIFTS, shiftHours, shiftName } from "./words.js";

const WINDOWS = [[7, () => t("7 days")], [28, () => t("4 weeks")], [91, () => t("3 months")]];
const CHANGE_EDGES = [-0.5, -0.25, -0.1, 0.1, 0.25, 0.5];
const lanes = { heat: lane(), areas: lane(), heads: lane() };
let session = null;
let heads = [];
let map = null;
let outlined = null;

async function quietly(work) {
  try {
    await work();
    problem(null);
  } catch (error) {
    if (!isAbort(error)) problem(error);
  }
}

function problem(error) {
  const bar = byId("problem");
  bar.hidden = !error;
  if (!error) return;
  const words = error.status === 0 ? t("The server does not answer.") : error.detail || error.title || String(error.message);
  replace(bar, icon("warn", "icon-small"), el("span", {}, words), error.status === 422 ? el("button", { type: "button", class: "button button-quiet button-small", onclick: () => byId("area").click() }, t("Choose an area")) : el("button", { type: "button", class: "button button-quiet button-small", onclick: load }, t("Try again")));
  document.body.classList.add("beats-ready");
}

function load() {
  const asked = filters();
  return quietly(async () => {
    const wanted = asked.jurisdiction ?? "";
    const [answer] = await Promise.all([lanes.heat("/api/beats", asked), outlined === wanted ? null : loadOutlines(wanted)]);
    byId("synthetic").hidden = !answer.synthetic;
    setHeat(answer);
    drawHead(answer);
    colour();
    announce(`${sentenceOf()}: ${mass(answer.total)} ${t("records")}`);
    document.body.classList.add("beats-ready");
    useful();
  });
}

async function loadOutlines(code) {
  const found = await lanes.areas("/api/beats/areas", { jurisdiction: code });
  showUnits(found);
  outlined = code;
  forget();
}

/** What stands above the table: the sentence of the filter, the definition of usual, what the forecast covers. */
function drawHead(answer) {
  const window = currentWindow();
  byId("beats-title").textContent = named(answer.area);
  if (byId("beats-title").dataset.code !== answer.area.code) {
    fit(answer.area.bbox);
    byId("beats-title").dataset.code = answer.area.code;
    loadKept(answer.area.code);
  }
  replace(byId("beats-notes"),
    el("p", {}, t("This window: %(days)s days up to %(last)s, FIRs by where they happened.", { days: number(window.to - window.from), last: day(new Date((window.to - 1) * 86_400_000).toISOString()) })),
    el("p", {}, answer.usual_weeks ? t("Usual: the mean of the %(weeks)s whole weeks before it, times its length; below it what nine such windows in ten hold, at the scatter of those weeks (%(phi)s times chance). Change: this window against the usual, with an interval that is right nine times in ten; it is marked where that leaves chance out.", { weeks: number(answer.usual_weeks), phi: answer.dispersion.toFixed(1) }) : t("Usual: there are no whole weeks of records before this window.")),
    el("p", {}, answer.forecast ? t("Coming week: expected reports in the week from %(day)s (%(shifts)s), with an interval that is right nine times in ten. Heads with a published forecast: %(heads)s. Not evidence, and no ground to stop or search anyone.", { day: day(answer.forecast.week_start), shifts: answer.forecast.shifts.map((shift) => (shift === "all" ? t("All day") : shiftName(shift))).join(t(", ")), heads: answer.forecast.heads.map(named).join(t(", ")) }) : t("Coming week: no published forecast covers these heads.")),
    answer.units.some((unit) => unit.derived) ? el("p", {}, t("The beats are derived areas, not official ones.")) : null);
}

function valueOf(unit, kind) {
  if (kind === "mass") return unit.mass;
  return kind === "forecast" ? unit.forecast?.value ?? null : unit.change ? unit.change.value ?? 9 : null;
}

/** Shades the beats by the chosen column, with a legend that says the classes. */
function colour() {
  const answer = heat();
  if (!answer) return;
  const kind = SHADES.includes(get("shade")) ? get("shade") : "mass";
  const values = answer.units.map((unit) => [unit.code, valueOf(unit, kind)]);
  const edges = kind === "change" ? CHANGE_EDGES : breaks(values.map(([, value]) => value ?? 0), 6);
  const colours = kind === "change" ? [...diverging].reverse() : countRamp(edges.length + 1, kind);
  const unsure = new Set(kind === "change" ? answer.units.filter((unit) => unit.change && unit.change.low <= 0 && (unit.change.high === null || unit.change.high >= 0)).map((unit) => unit.code) : []);
  shade(new Map(values.map(([code, value]) => [code, value === null || (kind !== "change" && value <= 0) ? clear : `${colours[classOf(value, edges)]}${unsure.has(code) ? "55" : ""}`])));
  const label = (index) => (index === 0 ? `< ${say(edges[0], kind)}` : index === edges.length ? `≥ ${say(edges.at(-1), kind)}` : `${say(edges[index - 1], kind)} – ${say(edges[index], kind)}`);
  replace(byId("beats-legend"), el("h2", {}, { mass: t("Records in the window"), change: t("Change against usual"), forecast: t("Expected in the coming week") }[kind]),
    edges.length ? el("ol", {}, colours.slice(0, edges.length + 1).map((swatch, index) => el("li", {}, el("span", { class: "swatch", vars: { "--swatch": swatch } }), bdi(label(index))))) : el("p", { class: "explain" }, t("Nothing to shade.")),
    unsure.size ? el("p", { class: "explain" }, t("Faint: within chance.")) : null);
  for (const button of document.querySelectorAll("[data-shade]")) button.setAttribute("aria-pressed", String(button.dataset.shade === kind));
}

const say = (value, kind) => (kind === "change" ? `${value > 0 ? "+" : "−"}${Math.abs(value * 100)}%` : edge(value));

function drawFilters() {
  const now = currentWindow();
  replace(byId("beats-windows"), WINDOWS.map(([days, label]) => el("button", { type: "button", class: "choice", "aria-pressed": String(now.to === dataEnd() && now.to - now.from === days), onclick: () => set({ window: `-${days}d` }) }, label())));
  replace(byId("beats-shifts"), ["", ...SHIFTS].map((shift) => el("button", { type: "button", class: "choice", "aria-pressed": String(get("shift") === shift), onclick: () => set({ shift }) }, shift ? [shiftName(shift), el("small", {}, bdi(shiftHours(shift)))] : t("All day"))));
  const chosen = get("heads");
  byId("beats-heads-now").textContent = chosen.length ? chosen.map((key) => named(heads.find((head) => head.key === key) ?? { key })).join(t(", ")) : t("All heads");
  replace(byId("beats-heads"), heads.map((head) => el("label", { class: "check" }, el("input", { type: "checkbox", checked: chosen.includes(head.key), onchange: (event) => set({ heads: event.target.checked ? [...get("heads"), head.key] : get("heads").filter((key) => key !== head.key) }) }), el("span", {}, named(head)))));
}

function showTab() {
  const tab = ["plan", "kept"].includes(get("tab")) ? get("tab") : "heat";
  for (const part of ["heat", "plan", "kept"]) byId(`part-${part}`).hidden = part !== tab;
  for (const button of document.querySelectorAll("[data-tab]")) button.setAttribute("aria-pressed", String(button.dataset.tab === tab));
}

function choose(code) {
  set({ beat: code && get("beat") !== code ? code : "" });
}

function changed(keys) {
  if (touches(keys)) { filterAsked(); drawFilters(); load(); }
  if (keys.has("sort")) drawTable();
  if (keys.has("beat")) { pick(get("beat") || null); drawTable(); document.querySelector(`tr[data-code="${CSS.escape(get("beat") || "-")}"]`)?.scrollIntoView({ block: "nearest" }); }
  if (keys.has("shade")) colour();
  if (keys.has("tab")) showTab();
}

function step(by) {
  const rows = shown();
  const at = rows.findIndex((unit) => unit.code === get("beat"));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
  if (next) set({ beat: next.code });
}

const ACTIONS = [
  { keys: ["ArrowDown"], label: t("Next beat"), run: () => step(1) },
  { keys: ["ArrowUp"], label: t("Beat before"), run: () => step(-1) },
  { keys: ["1", "2", "3"], label: t("Shade by window, change or forecast"), run: (key) => set({ shade: SHADES[Number(key) - 1] }) },
  { keys: ["h"], label: t("Heat of the beats"), run: () => set({ tab: "" }) },
  { keys: ["l"], label: t("Plan patrols"), run: () => set({ tab: "plan" }) },
  { keys: ["k"], label: t("Kept plans"), run: () => set({ tab: "kept" }) },
  { keys: ["a"], label: t("Add a place"), run: addPlace },
  { keys: ["Escape"], label: t("Choose none"), run: () => set({ beat: "" }) },
];

async function start() {
  session = await startSession();
  setEnd(endOf(session) ?? undefined);
  startTable(choose);
  startPlan({ kept: () => { set({ tab: "kept" }); loadKept(heat()?.area.code); }, areaNow: () => heat()?.area });
  startShell(session, { desk: "beats", actions: ACTIONS, fly: (target) => target.bbox ? fit(target.bbox) : map?.flyTo({ center: target.center, zoom: target.zoom ?? 14 }), sentence: () => `${byId("beats-title").textContent}: ${sentenceOf()}` });
  for (const button of document.querySelectorAll("[data-shade]")) button.addEventListener("click", () => set({ shade: button.dataset.shade }));
  for (const button of document.querySelectorAll("[data-tab]")) button.addEventListener("click", () => set({ tab: button.dataset.tab === "heat" ? "" : button.dataset.tab }));
  byId("plan-add").addEventListener("click", addPlace);
  subscribe(changed);
  onTheme(colour);
  showTab();
  drawFilters();
  const rows = load();
  lanes.heads("/api/heads").then((found) => { ({ heads } = found); drawFilters(); }).catch(() => { /* The heads stay without names. */ });
  await rowsFirst(rows);
  const bbox = session.user?.jurisdiction?.bbox ?? [60.9, 23.6, 77.1, 37.1];
  try {
    map = startBeatsMap("map", [[bbox[0], bbox[1]], [bbox[2], bbox[3]]], { choose, clicked: clickedOnMap, drawn: mapDrawn });
  } catch (error) {
    problem({ status: 1, detail: t("This browser cannot draw the map (no WebGL). The filters and numbers still work.") });
    throw error;
  }
  globalThis.naqsha = { map };
}

start().catch((error) => problem(error.status === undefined ? { status: 1, detail: String(error.message) } : error));
