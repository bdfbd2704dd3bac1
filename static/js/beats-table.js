// The table of beats: this window, usual, change and forecast, each with what holds it nine times in ten; sorted, filtered, walked by keys.
import { bdi, byId, el, icon, replace } from "./dom.js";
import { mass, named, percent, t, tn } from "./i18n.js";
import { get, set } from "./state.js";

export const SHADES = ["mass", "change", "forecast"];
let answer = null;
let onChoose = () => {};

const COLUMNS = [
  { key: "name", label: () => t("Beat"), value: (unit) => named(unit) },
  { key: "mass", label: () => t("This window"), value: (unit) => unit.mass },
  { key: "usual", label: () => t("Usual"), value: (unit) => unit.usual?.value ?? -1 },
  { key: "change", label: () => t("Change"), value: (unit) => unit.change?.value ?? (unit.change ? Infinity : -Infinity) },
  { key: "forecast", label: () => t("Coming week"), value: (unit) => unit.forecast?.value ?? -1 },
];

export function startTable(choose) {
  onChoose = choose;
  byId("beat-find").addEventListener("input", draw);
  byId("beat-rows").addEventListener("keydown", walk);
}

export function setHeat(found) {
  answer = found;
  draw();
}

export const heat = () => answer;

/** Sorting is in the address: `sort=-mass`. */
function order() {
  const asked = get("sort") || "-mass";
  const down = asked.startsWith("-");
  return { column: COLUMNS.find((column) => column.key === asked.replace(/^-/, "")) ?? COLUMNS[1], down };
}

export function shown() {
  const words = byId("beat-find").value.trim().toLocaleLowerCase();
  const { column, down } = order();
  const kept = (answer?.units ?? []).filter((unit) => !words || [unit.name, unit.name_ur, unit.station_name, unit.station_name_ur, unit.code].some((name) => name?.toLocaleLowerCase().includes(words)));
  const value = column.value;
  const sign = down ? -1 : 1;
  return kept.toSorted((a, b) => (typeof value(a) === "string" ? value(a).localeCompare(value(b), undefined, { numeric: true }) : value(a) - value(b)) * sign || a.code.localeCompare(b.code));
}

export function draw() {
  if (!answer) return;
  const { column, down } = order();
  replace(byId("beat-head"), el("tr", {}, COLUMNS.map((each) => {
    const now = each === column;
    return el("th", { scope: "col", "aria-sort": now ? (down ? "descending" : "ascending") : "none", class: each.key === "name" ? "" : "end" },
      el("button", { type: "button", class: "sort", onclick: () => set({ sort: now && down ? each.key : `-${each.key}` }) }, each.label(), el("span", { class: "sort-mark", "aria-hidden": "true" }, now ? (down ? "▼" : "▲") : "")));
  })));
  const rows = shown();
  const most = Math.max(...answer.units.map((unit) => unit.mass), 1e-9);
  replace(byId("beat-rows"), rows.map((unit) => row(unit, most)), rows.length ? null : el("tr", {}, el("td", { colspan: 5 }, t("No beat of that name."))));
  drawLaw();
}

function row(unit, most) {
  const on = get("beat") === unit.code;
  return el("tr", { "aria-selected": String(on), data: { code: unit.code }, onclick: () => onChoose(unit.code) },
    el("th", { scope: "row" }, el("button", { type: "button", class: "link beat-name", "aria-pressed": String(on) }, named(unit))),
    el("td", { class: "end bar", vars: { "--share": unit.mass / most } }, bdi(mass(unit.mass))),
    el("td", { class: "end" }, between(unit.usual)),
    el("td", { class: "end" }, changeOf(unit.change)),
    el("td", { class: "end" }, between(unit.forecast)));
}

const between = (found) => (found ? [bdi(mass(found.value)), el("small", {}, bdi(`${mass(found.low)}–${mass(found.high)}`))] : el("small", {}, "—"));

/** A change is only called one where its interval leaves nothing out: the mark is words and shape, never colour alone. */
export function changeOf(change) {
  if (!change) return el("small", {}, "—");
  if (change.value === null) return [bdi(t("new")), el("small", {}, bdi(`${signed(change.low)} …`))];
  const sure = change.low > 0 ? "up" : change.high !== null && change.high < 0 ? "down" : "";
  return [el("span", { class: `change ${sure}` }, sure ? el("span", { "aria-hidden": "true" }, sure === "up" ? "▲" : "▼") : null, bdi(signed(change.value)), el("span", { class: "unseen" }, sure === "up" ? t("above usual") : sure === "down" ? t("below usual") : t("within chance"))),
    el("small", {}, bdi(`${signed(change.low)} … ${change.high === null ? "∞" : signed(change.high)}`))];
}

const signed = (share) => (share > 9.995 ? `×${(share + 1).toFixed(0)}` : `${share > 0 ? "+" : share < 0 ? "−" : ""}${percent(Math.abs(share))}`);

/** The law of mass, made visible: the beats and what none of them holds are all records of the filter. */
function drawLaw() {
  const parts = [[t("in the beats"), answer.mass], [t("outside"), answer.outside], [t("coarse"), answer.coarse], [t("unplaced"), answer.unplaced], [t("held back"), answer.held_back]];
  const whole = (value) => Math.round(value * 1e6);
  const right = parts.reduce((sum, [, value]) => sum + whole(value), 0) === whole(answer.total) && answer.units.reduce((sum, unit) => sum + whole(unit.mass), 0) === whole(answer.mass);
  replace(byId("beat-law"), el("dl", { class: "law" }, parts.map(([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, bdi(mass(value))))), el("div", { class: "sum" }, el("dt", {}, t("all records")), el("dd", {}, bdi(mass(answer.total))))),
    el("p", { class: `adds-up ${right ? "" : "wrong"}` }, icon(right ? "check" : "warn", "icon-small"), right ? t("adds up, to the last millionth") : t("does not add up: tell the administrator")));
}

/** Up and down between rows; Enter is the button's own. */
function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1, Home: -1e6, End: 1e6 }[event.key];
  if (!step) return;
  event.preventDefault();
  event.stopPropagation();
  const names = [...byId("beat-rows").querySelectorAll(".beat-name")];
  const at = names.indexOf(document.activeElement);
  names[Math.min(names.length - 1, Math.max(0, at + step))]?.focus();
}

export function sentenceOf() {
  return tn("%(n)s beat", "%(n)s beats", answer?.units.length ?? 0);
}
