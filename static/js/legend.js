// The legend is the layer control: on and off, strength, classes with their counts, the score beside a forecast's name.
import { bdi, byId, el, icon, kindMark, replace } from "./dom.js";
import { methodTitle } from "./forecast-words.js";
import { edge, lang, mass, number, percent, t, when } from "./i18n.js";
import { LAYERS, POINTS_FROM, coloursOf, flipClass, isClassOff, opacityOf, scaleOf, setOpacity } from "./layers.js";
import { get, hasLayer, set } from "./state.js";
import { leftOut } from "./tiles.js";
import { kindName } from "./words.js";

const runs = { forecast: undefined, hotspots: undefined };
let beside; // undefined: still to come; null: nothing to say
let resolution = null;
let theMap = null;
let noteOpen = false;

const TITLES = {
  cells: () => t("Records by cell"), points: () => t("Single records"), forecast: () => t("Forecast, next week"), hotspots: () => t("Tested hotspots"),
};

export function startLegend(map) {
  theMap = map;
  draw();
}

/** What the runs behind the layers say: `null` means there is none. */
export function setRun(layer, answer) {
  runs[layer] = answer;
  draw();
}

export function setBeside(answer) {
  beside = answer;
  draw();
}

export function setResolution(value) {
  resolution = value;
}

/** Turns a layer on or off; the two shaded layers exclude each other, since two fills cannot be read at once. */
export function flipLayer(layer) {
  const now = new Set(get("layer").filter((name) => name !== "none"));
  if (!now.delete(layer)) now.add(layer);
  if (layer === "forecast" && now.has("forecast")) now.delete("cells");
  if (layer === "cells" && now.has("cells")) now.delete("forecast");
  set({ layer: LAYERS.filter((name) => now.has(name)).join(",") || "none" }, { push: true });
}

export function draw() {
  const box = byId("legend-body");
  if (!box) return;
  const open = document.activeElement?.closest("#legend-body") ? document.activeElement.id : null;
  replace(box, LAYERS.map(section));
  replace(byId("beside"), besideBox());
  if (open) byId(open)?.focus();
}

function section(layer, index) {
  const on = hasLayer(layer);
  const head = el("div", { class: "legend-head" },
    el("button", { class: "switch", type: "button", role: "switch", id: `layer-${layer}`, "aria-checked": String(on), onclick: () => flipLayer(layer) },
      el("span", { class: "switch-track", "aria-hidden": "true" }), el("span", { class: "legend-title" }, TITLES[layer]()), score(layer)),
    el("kbd", { class: "only-desk", "aria-hidden": "true" }, String(index + 1)));
  return el("section", { class: `legend-layer ${on ? "on" : ""}` }, head, on ? el("div", { class: "legend-detail" }, detail(layer), strength(layer)) : null);
}

/** How well it did, beside its name. */
function score(layer) {
  const run = runs.forecast?.run;
  if (layer !== "forecast" || run?.score?.hit_rate_5 === undefined || run.score.hit_rate_5 === null) return null;
  return el("span", { class: "badge badge-good", title: t("Share of the reports of past test weeks that fell in the 5 % of the area ranked first.") }, t("hit rate %(rate)s", { rate: percent(run.score.hit_rate_5) }));
}

function strength(layer) {
  return el("label", { class: "strength" }, el("span", {}, t("Strength")),
    el("input", { type: "range", min: "0.1", max: "1", step: "0.05", value: String(opacityOf(layer)), oninput: (event) => setOpacity(theMap, layer, Number(event.target.value)) }));
}

function detail(layer) {
  if (layer === "cells") return [classes("cells", t("records in a cell")), cellNote()];
  const cut = layer === "points" ? leftOut(theMap, "points") : 0;
  if (layer === "points") return [cut ? el("p", { class: "explain", role: "note" }, icon("warn", "icon-small"), " ", t("Not all are drawn: of %(n)s records in one part of the map only the newest. Go nearer to see the rest.", { n: number(cut) })) : null, el("ul", { class: "legend-kinds" }, get("kinds").map((kind) => el("li", {}, kindMark(kind), kindName(kind)))), theMap.getZoom() < POINTS_FROM ? el("p", { class: "explain" }, t("Go nearer to see single records.")) : null, el("p", { class: "explain" }, t("Only records with a point of their own. Sensitive places are never shown singly."))];
  return layer === "forecast" ? forecast() : hotspots();
}

function cellNote() {
  const words = resolution === null ? "" : t("Cells about %(size)s across.", { size: across(resolution) });
  return el("details", { class: "explain", open: noteOpen, ontoggle: (event) => { noteOpen = event.target.open; } }, el("summary", {}, t("What the numbers mean")),
    el("p", {}, words, " ", t("Empty ground: no record. Each record counts one in all, spread over the cells where it may have happened.")));
}

const across = (res) => ({ 4: "45 km", 5: "17 km", 6: "6.5 km", 7: "2.4 km", 8: "900 m", 9: "350 m" }[res] ?? "");

function classes(layer, unit) {
  const { edges, counts } = scaleOf(layer);
  if (!counts.length || counts.every((count) => count === 0)) return el("p", { class: "explain" }, t("Nothing to shade in this view."));
  const colours = coloursOf(layer);
  const rows = counts.map((count, index) => {
    const low = index === 0 ? null : edges[index - 1];
    const high = edges[index] ?? null;
    const label = low === null ? (high === null ? t("all") : `< ${edge(high)}`) : high === null ? `≥ ${edge(low)}` : `${edge(low)} – ${edge(high)}`;
    const swatch = el("span", { class: "swatch", vars: { "--swatch": colours[index] } });
    const body = [swatch, bdi(label), bdi(number(count), "legend-count")];
    if (layer !== "cells") return el("li", {}, el("span", { class: "legend-class" }, body));
    return el("li", {}, el("button", { class: "legend-class", type: "button", "aria-pressed": String(!isClassOff(index)), title: t("Show or hide this class"), onclick: () => { flipClass(theMap, index); draw(); } }, body));
  });
  return [el("p", { class: "legend-unit" }, el("span", {}, unit), el("span", {}, t("cells"))), el("ol", { class: "legend-classes" }, rows.reverse())];
}

function forecast() {
  const answer = runs.forecast;
  if (answer === undefined) return el("span", { class: "skeleton" });
  if (answer?.refused) return el("p", { class: "explain" }, answer.refused);
  if (answer === null) return el("p", { class: "explain" }, t("No forecast covers this filter. Choose one crime head, or ask an analyst to run one."));
  const { run } = answer;
  return [
    run.state && run.state !== "published" ? el("p", {}, el("span", { class: "badge badge-warn" }, stateName(run.state)), " ", el("span", { class: "explain" }, t("not published by an officer"))) : null,
    ...(run.notes ?? []).slice(0, 3).map((note) => el("p", { class: "explain" }, icon("warn", "icon-small"), " ", lang === "ur" ? note.text_ur : note.text)),
    classes("forecast", t("expected reports in the week")),
    el("p", { class: "explain" }, t("Faint cells: too little is reported there to say, the number is paused, or the cell rests until an officer renews it.")),
    el("dl", { class: "facts" },
      fact(t("Crime head"), lang === "ur" ? run.head_name_ur || run.head_name : run.head_name ?? run.head), fact(t("Area"), lang === "ur" ? run.jurisdiction_name_ur || run.jurisdiction_name : run.jurisdiction_name ?? run.jurisdiction),
      fact(t("Week from"), run.week_start ? when(run.week_start, "day") : null), fact(t("Method"), methodTitle(run.method)),
      fact(t("Known by"), run.known_until || run.made_at ? when(run.known_until ?? run.made_at) : null), fact(t("PAI at 5 %"), run.score?.pai_5 === undefined || run.score?.pai_5 === null ? null : run.score.pai_5.toFixed(2)),
      fact(t("Weeks scored"), run.score?.weeks), fact(t("Against"), against(run)), fact(t("Expires"), run.expires_at ? when(run.expires_at, "day") : null), fact(t("Data"), run.data_hash ? run.data_hash.slice(0, 10) : null)),
    run.id ? el("p", {}, el("a", { href: `/forecasts/${run.id}` }, t("The whole forecast, its card and how it did"))) : null,
    el("p", { class: "explain" }, t("Expected reports at a place, not people. A forecast is not evidence and gives no ground to stop or search anyone.")),
  ];
}

export const stateName = (state) => ({ draft: t("draft"), published: t("published"), expired: t("expired"), withdrawn: t("withdrawn") }[state] ?? state);

function against(run) {
  // The best of the others: what a reader should weigh the run's own rate against.
  const others = [run.versus ?? []].flat().filter((other) => typeof other.hit_rate_5 === "number").sort((a, b) => b.hit_rate_5 - a.hit_rate_5);
  return others.length ? `${methodTitle(others[0].method)} ${percent(others[0].hit_rate_5)}` : null;
}

function hotspots() {
  const answer = runs.hotspots;
  if (answer === undefined) return el("span", { class: "skeleton" });
  if (answer === null) return el("p", { class: "explain" }, t("No hotspot test covers this area yet."));
  const { run } = answer;
  return [
    run.state && run.state !== "published" ? el("p", {}, el("span", { class: "badge badge-warn" }, stateName(run.state)), " ", el("span", { class: "explain" }, t("not published by an officer"))) : null,
    el("ul", { class: "legend-kinds" }, el("li", {}, el("span", { class: "swatch swatch-hot" }), t("More than chance would give")), el("li", {}, el("span", { class: "swatch swatch-cold" }), t("Less than chance would give"))),
    el("dl", { class: "facts" }, fact(t("Test"), "Getis–Ord Gi*"), fact(t("False discoveries"), `q ≤ ${run.alpha ?? 0.05}`), fact(t("Permutations"), run.permutations), fact(t("Seed"), run.seed), fact(t("Data version"), run.data_version), fact(t("Made"), run.made_at ? when(run.made_at) : null)),
  ];
}

function fact(label, value) {
  return value === null || value === undefined || value === "" ? null : [el("dt", {}, label), el("dd", {}, bdi(value))];
}

/** The law of mass, made visible: on the map + beside the map = all. */
function besideBox() {
  if (!hasLayer("cells")) return null;
  if (beside === null) return null;
  if (beside === undefined) return el("section", { class: "beside" }, el("span", { class: "skeleton" }));
  const whole = (value) => Math.round((value ?? 0) * 1e6);
  const rows = [
    [t("on the map"), (whole(beside.placed) - whole(beside.coarse)) / 1e6, t("The cells of the filter, at the size shown now.")],
    [t("coarse"), beside.coarse, t("Placed, but only roughly: too wide for cells of this size. Zoom out to see them.")],
    [t("unplaced"), beside.unplaced, t("No usable place in the record.")],
    [t("held back"), beside.held_back, t("Protected from this reader, or shown only on coarser cells.")],
  ];
  const right = rows.reduce((total, [, value]) => total + whole(value), 0) === whole(beside.total);
  return el("section", { class: "beside", "aria-label": t("Beside the map") },
    el("h3", {}, t("Beside the map")),
    el("dl", {}, rows.map(([label, value, why], index) => [el("dt", { title: why, class: index === 0 ? "first" : "" }, label), el("dd", { title: `${value}` }, bdi(mass(value ?? 0)))]),
      el("dt", { class: "sum" }, t("all records")), el("dd", { class: "sum" }, bdi(mass(beside.total ?? 0)))),
    right ? el("p", { class: "adds-up" }, icon("check", "icon-small"), t("adds up, to the last millionth")) : el("p", { class: "adds-up wrong" }, icon("warn", "icon-small"), t("does not add up: tell the administrator")));
}
