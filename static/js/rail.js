// The filters: what the reader may narrow, and the sources behind the numbers.
import { ask, isAbort, lane } from "./api.js";
import { bdi, byId, el, icon, kindMark, replace } from "./dom.js";
import { day, mass, named, number, t } from "./i18n.js";
import { currentWindow, dataEnd, get, set } from "./state.js";
import { fromDays, toDays, windowText } from "./time.js";
import { KINDS, SHIFTS, kindName, levelName, partName, shiftHours, shiftName } from "./words.js";

const PRESETS = [[1, () => t("Yesterday")], [7, () => t("7 days")], [28, () => t("4 weeks")], [91, () => t("3 months")], [365, () => t("1 year")]];
let heads = [];
let sources = [];
let jurisdictions = [];
let numbers = null;
let flyTo = () => {};
const findJurisdictions = lane();

export const headName = (key) => named(heads.find((head) => head.key === key) ?? { key });
export const jurisdictionOf = (code) => jurisdictions.find((place) => place.code === code);
export const isProtected = (key) => Boolean(heads.find((head) => head.key === key)?.protected);

export async function startRail({ fly }) {
  flyTo = fly;
  drawFixed();
  const [answer, found] = await Promise.all([ask("/api/heads").catch(() => ({ heads: [] })), ask("/api/sources").catch(() => [])]);
  heads = answer.heads ?? [];
  sources = Array.isArray(found) ? found : found.sources ?? [];
  if (get("jurisdiction")) await loadJurisdictions(get("jurisdiction"));
  draw();
  startJurisdictions();
  return { heads, sources };
}

export function setNumbers(summary) {
  numbers = summary;
  drawKinds();
  drawHeads();
}

function drawFixed() {
  byId("date-from").addEventListener("change", dates);
  byId("date-to").addEventListener("change", dates);
  byId("head-find").addEventListener("input", drawHeads);
}

function dates() {
  const from = byId("date-from").value;
  const to = byId("date-to").value;
  if (from && to && from <= to) set({ window: windowText({ from: toDays(from), to: toDays(to) + 1 }) });
}

/** Draws the filters: all of them, or those that a change of `keys` touches. */
export function draw(keys = null) {
  const parts = { window: drawWindow, kinds: drawKinds, shift: drawShifts, heads: drawHeads, jurisdiction: drawJurisdiction };
  for (const [key, drawPart] of Object.entries(parts)) if (!keys || keys.has(key)) drawPart();
  if (!keys) drawSources();
}

function drawWindow() {
  const now = currentWindow();
  replace(byId("presets"), PRESETS.map(([days, label]) => el("button", {
    type: "button", class: "choice", "aria-pressed": String(now.to === dataEnd() && now.to - now.from === days), onclick: () => set({ window: `-${days}d` }),
  }, label())));
  byId("date-from").value = fromDays(now.from);
  byId("date-to").value = fromDays(now.to - 1);
}

function flip(key, value) {
  const now = get(key);
  return now.includes(value) ? now.filter((other) => other !== value) : [...now, value];
}

function drawKinds() {
  replace(byId("kinds"), KINDS.map((kind) => {
    const on = get("kinds").includes(kind);
    const last = on && get("kinds").length === 1;
    return el("button", {
      type: "button", class: "kind-choice", role: "checkbox", "aria-checked": String(on), "aria-disabled": String(last),
      onclick: () => { if (!last) set({ kinds: KINDS.filter((other) => flip("kinds", kind).includes(other)) }); },
    }, kindMark(kind), el("span", {}, kindName(kind)), bdi(on && numbers?.by_kind ? mass(numbers.by_kind[kind] ?? 0) : "", "count"));
  }));
}

function drawShifts() {
  replace(byId("shifts"), ["", ...SHIFTS].map((shift) => el("button", {
    type: "button", class: "choice", "aria-pressed": String(get("shift") === shift), onclick: () => set({ shift }),
  }, shift ? [shiftName(shift), el("small", {}, bdi(shiftHours(shift)))] : t("All day"))));
}

function drawHeads() {
  const chosen = new Set(get("heads"));
  const sought = byId("head-find").value.trim().toLowerCase();
  const shown = heads.filter((head) => !sought || `${head.name} ${head.name_ur ?? ""} ${head.key}`.toLowerCase().includes(sought));
  const parts = [...new Set(shown.map((head) => head.part))];
  const top = Math.max(1e-9, ...Object.values(numbers?.by_head ?? {}));
  replace(byId("heads"), parts.map((part) => el("div", { class: "head-part", role: "group", "aria-label": partName(part) },
    el("h3", {}, partName(part)),
    shown.filter((head) => head.part === part).map((head) => {
      const count = numbers?.by_head?.[head.key];
      const on = chosen.has(head.key);
      return el("button", {
        type: "button", class: "head-choice", role: "checkbox", "aria-checked": String(on), data: { head: head.key }, onclick: () => set({ heads: flip("heads", head.key) }),
      },
        el("span", { class: "tick-box", "aria-hidden": "true" }, on ? icon("check", "icon-small") : null),
        el("span", { class: "head-name" }, named(head), head.protected ? el("span", { class: "lock", title: t("Protected: shown only on coarse cells") }, icon("lock", "icon-small")) : null),
        bdi(count === undefined ? "" : mass(count), "count"),
        el("span", { class: "head-bar", "aria-hidden": "true", vars: { "--share": String(Math.min(1, (count ?? 0) / top)) } }));
    }))));
  if (!shown.length) replace(byId("heads"), el("p", { class: "explain" }, heads.length ? t("No crime head of that name.") : t("Crime heads could not be read.")));
}

function startJurisdictions() {
  const box = byId("jurisdiction-find");
  const list = byId("jurisdiction-list");
  const offer = async () => {
    const found = await loadJurisdictions(box.value.trim());
    if (!found) return;
    replace(list, found.slice(0, 40).map((place) => el("li", {}, el("button", {
      type: "button", onclick: () => { list.hidden = true; box.value = ""; set({ jurisdiction: place.code }, { push: true }); if (place.bbox) flyTo({ bbox: place.bbox }); },
    }, el("span", {}, named(place)), el("small", {}, levelName(place.level), place.derived ? ` · ${t("derived")}` : "")))));
    if (!found.length) replace(list, el("li", { class: "explain" }, t("No area of that name.")));
    list.hidden = false;
  };
  box.addEventListener("focus", offer);
  box.addEventListener("input", offer);
  document.addEventListener("pointerdown", (event) => { if (!event.target.closest("#jurisdiction")) list.hidden = true; });
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); list.querySelector("button")?.focus(); }
    if (event.key === "Escape") { list.hidden = true; event.stopPropagation(); }
  });
}

async function loadJurisdictions(query) {
  try {
    const answer = await findJurisdictions("/api/jurisdictions", { q: query });
    const known = new Set(answer.jurisdictions.map((place) => place.code));
    jurisdictions = [...answer.jurisdictions, ...jurisdictions.filter((place) => !known.has(place.code))];
    return answer.jurisdictions;
  } catch (error) {
    return isAbort(error) ? null : [];
  }
}

export const rememberJurisdictions = (found) => { jurisdictions = [...found, ...jurisdictions]; };

function drawJurisdiction() {
  const code = get("jurisdiction");
  const place = jurisdictionOf(code);
  replace(byId("jurisdiction-now"), code
    ? el("button", { type: "button", class: "chip", onclick: () => set({ jurisdiction: "" }, { push: true }), "aria-label": t("Remove") }, el("span", {}, place ? named(place) : bdi(code)), icon("close", "icon-small"))
    : el("span", { class: "explain" }, t("All that you may see")));
}

function drawSources() {
  replace(byId("sources"), sources.map((source) => el("li", { class: "source" },
    el("div", { class: "source-head" }, el("strong", {}, source.name), source.synthetic ? el("span", { class: "badge badge-warn" }, t("synthetic")) : el("span", { class: "badge badge-good" }, t("real"))),
    el("p", { class: "explain" }, bdi(number(source.accepted ?? source.records ?? 0)), " ", t("records"), source.data_to ? [" · ", t("to"), " ", bdi(day(source.data_to))] : null),
    source.attribution || source.licence ? el("p", { class: "explain" }, el("bdi", {}, [source.attribution, source.licence].filter(Boolean).join(" · "))) : null,
    !source.synthetic && (source.kinds ?? ["incident"]).includes("incident") ? el("button", { type: "button", class: "button button-quiet button-small", onclick: () => set({ kinds: "incident", heads: "", shift: "", span: "all", window: windowText({ from: toDays("1989-01-02"), to: source.data_to ? toDays(source.data_to) + 1 : dataEnd() }) }, { push: true }) }, t("Show these"), icon("arrow", "icon-small icon-flip")) : null)));
}
