// The scoreboard: how the forecasts did over weeks, heads, areas and methods, beside the plain rules.
import { announce } from "./announce.js";
import { ask, isAbort, lane } from "./api.js";
import { bdi, byId, el, icon, replace, svg } from "./dom.js";
import { drawAsk } from "./forecast-ask.js";
import { methodTitle, own, partOfDay, ratio, share, stateTitle, verdict } from "./forecast-words.js";
import { day, mass, number, percent, t, tn } from "./i18n.js";
import { useful } from "./marks.js";
import { startSession } from "./session.js";
import { startShell } from "./shell.js";
import { get, set, subscribe } from "./state.js";
import "./theme.js";

const lanes = { scores: lane(), runs: lane() };
const FIRST_RUNS = 12;
const BOXES = ["board-chart", "board-series", "board-methods"];
let board = null;
let session = null;

const filters = () => ({ jurisdiction: get("jurisdiction"), head: get("heads")[0] ?? "", shift: get("shift"), weeks: get("weeks") || "52" });
/** What was forecast before its week counts for more than a test; tests stand in until there is any. */
const origin = () => get("origin") || (board?.totals.some((row) => row.origin === "forecast") ? "forecast" : "backtest");

start();

async function start() {
  session = await startSession();
  startShell(session, { desk: "forecasts", sentence: () => document.title });
  for (const [id, key] of [["board-head", "heads"], ["board-shift", "shift"], ["board-weeks", "weeks"]]) {
    byId(id).addEventListener("change", (event) => set({ [key]: event.target.value }, { push: true }));
  }
  byId("board-weeks").value = get("weeks") || "52";
  byId("board-shift").value = get("shift");
  for (const button of byId("board-origin").querySelectorAll("button")) button.addEventListener("click", () => set({ origin: button.dataset.origin }, { push: true }));
  subscribe((changed) => { if (board && changed.has("origin") && changed.size === 1) draw(); else load(); });
  drawAsk(byId("board-ask"), session, load);
  await Promise.all([drawHeads(), load()]);
}

async function drawHeads() {
  try {
    const { heads } = await ask("/api/heads");
    for (const head of heads.filter((each) => !each.protected)) byId("board-head").append(el("option", { value: head.key }, own({ head: head.key, head_name: head.name, head_name_ur: head.name_ur }, "head")));
    byId("board-head").value = get("heads")[0] ?? "";
  } catch { /* The scores say which heads there are. */ }
}

async function load() {
  byId("board-totals").setAttribute("aria-busy", "true");
  try {
    const [scores, runs] = await Promise.all([lanes.scores("/api/forecasts/scores", filters()), lanes.runs("/api/forecasts", { ...filters(), weeks: "" })]);
    board = scores;
    draw();
    useful();
    drawRuns(runs.runs);
    announce(tn("%(n)s series scored", "%(n)s series scored", scored().length));
  } catch (error) {
    if (!isAbort(error)) failed(error);
  }
}

function failed(error) {
  byId("board-totals").removeAttribute("aria-busy");
  replace(byId("board-totals"), el("div", { class: "state", role: "alert" }, icon("warn"), el("strong", {}, error.status === 0 ? t("No connection") : t("Could not read the scores")),
    el("p", {}, error.detail || t("The server did not answer.")), el("button", { class: "button button-quiet", type: "button", onclick: load }, t("Try again"))));
  for (const id of [...BOXES, "board-runs"]) replace(byId(id), el("p", { class: "explain" }, "–"));
}

const rowsOf = (rows) => rows.filter((row) => row.origin === origin());
const scored = () => rowsOf(board.series);

function draw() {
  byId("board-totals").removeAttribute("aria-busy");
  for (const button of byId("board-origin").querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.origin === origin()));
  const total = rowsOf(board.totals).find((row) => row.method === "shown");
  if (!total) {
    const words = origin() === "forecast"
      ? t("No forecast of this filter has had its week yet, or its reports are still coming in. It is scored a week after its week has ended.")
      : t("No methods have been tested on past weeks for this filter.");
    replace(byId("board-totals"), el("div", { class: "state" }, icon("trend"), el("strong", {}, t("Nothing scored yet")), el("p", {}, words)));
    for (const id of BOXES) replace(byId(id), el("p", { class: "explain" }, t("Nothing scored yet")));
    return;
  }
  replace(byId("board-totals"), cards(total));
  replace(byId("board-chart"), chart());
  replace(byId("board-series"), series());
  replace(byId("board-methods"), methods());
}

function card(label, figure, ...more) {
  return el("section", { class: "board-card" }, el("h2", { class: "label" }, label), el("p", { class: "figure" }, bdi(figure)), more);
}

function cards(total) {
  const worse = scored().filter((row) => row.versus.some((other) => other.verdict === "worse")).length;
  return [
    card(t("Hit rate in 5 % of the area"), share(total.hit_rate_5), total.versus.map(verdict)),
    card(t("PAI at 5 %"), ratio(total.pai_5), el("small", {}, t("%(n)s weeks", { n: number(total.weeks) }), " · ", t("%(n)s records", { n: mass(total.records) }))),
    card(t("90 % interval held"), share(total.coverage_90), el("small", {}, t("best-ranked 5 % of cells: %(share)s", { share: share(total.coverage_90_top) }))),
    card(t("Expected over recorded"), ratio(total.expected_over_observed), el("small", {}, t("1.00 is right"))),
    card(t("Where it lost"), t("%(n)s of %(all)s", { n: number(worse), all: number(scored().length) }), el("small", {}, t("areas and heads in which a plain rule was better beyond chance"))),
  ];
}

/** Hit rate by week as lines, with a table of the same numbers. */
function chart() {
  const names = ["shown", ...board.rules];
  const weeks = [...new Set(rowsOf(board.weeks).map((row) => row.week_start))].sort();
  const value = new Map(rowsOf(board.weeks).map((row) => [`${row.method} ${row.week_start}`, row]));
  const of = (name, week) => value.get(`${name} ${week}`)?.hit_rate_5 ?? null;
  const [wide, high, start, foot] = [720, 220, 40, 24];
  const top = Math.max(0.1, ...weeks.flatMap((week) => names.map((name) => of(name, week) ?? 0)));
  const x = (index) => start + (weeks.length < 2 ? 0.5 : index / (weeks.length - 1)) * (wide - start - 8);
  const y = (rate) => 8 + (1 - rate / top) * (high - foot - 8);
  const path = (name) => weeks.map((week, index) => [index, of(name, week)]).filter(([, rate]) => rate !== null).map(([index, rate], n) => `${n ? "L" : "M"}${x(index).toFixed(1)} ${y(rate).toFixed(1)}`).join("");
  const every = Math.ceil(weeks.length / 8);
  const present = names.filter((name) => weeks.some((week) => of(name, week) !== null));
  return [
    svg("svg", { class: "chart", viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": t("Hit rate in 5 % of the area by week"), direction: "ltr" },
      [0, 0.5, 1].map((part) => [svg("line", { class: "grid", x1: start, x2: wide - 8, y1: y(part * top), y2: y(part * top) }), svg("text", { x: start - 6, y: y(part * top) + 4, "text-anchor": "end" }, percent(part * top))]),
      weeks.map((week, index) => (index % every ? null : svg("text", { x: x(index), y: high - 6, "text-anchor": "middle" }, week.slice(5)))),
      present.map((name) => svg("path", { class: `line line-${name}`, d: path(name) }))),
    el("ul", { class: "chart-key" }, present.map((name) => el("li", {}, svg("svg", { viewBox: "0 0 28 8", "aria-hidden": "true" }, svg("line", { class: `line-${name}`, x1: 0, x2: 28, y1: 4, y2: 4 })), methodTitle(name)))),
    el("details", {}, el("summary", {}, t("The same as a table")), el("div", { class: "scroll", tabindex: "0" }, el("table", { class: "table" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("Week from")), el("th", { scope: "col", class: "end" }, t("Records")), present.map((name) => el("th", { scope: "col", class: "end" }, methodTitle(name))))),
      el("tbody", {}, weeks.slice().reverse().map((week) => el("tr", {}, el("th", { scope: "row" }, bdi(day(week))), el("td", { class: "end" }, bdi(mass(value.get(`shown ${week}`)?.records ?? 0))), present.map((name) => el("td", { class: "end" }, bdi(share(of(name, week))))))))))),
  ];
}

const heading = (words, end = false) => el("th", { scope: "col", class: end ? "end" : "" }, words);

function series() {
  // The worst first: a loss must not hide at the foot of a table.
  const order = { worse: 0, unclear: 1, same: 2, better: 3 };
  const worst = (row) => Math.min(9, ...row.versus.map((other) => order[other.verdict]));
  const rows = scored().slice().sort((a, b) => worst(a) - worst(b) || own(a, "jurisdiction").localeCompare(own(b, "jurisdiction")));
  const of = (row, name) => row.scores.find((score) => score.method === name);
  return el("div", { class: "scroll", tabindex: "0" }, el("table", { class: "table board-table" },
    el("thead", {}, el("tr", {}, heading(t("Area and crime head")), heading(t("Shown")), heading(t("Records"), true), heading(t("Hit rate"), true), heading(t("Against the plain rules")), heading(t("PAI"), true), heading(t("Deviance"), true), heading(t("90 % held"), true))),
    el("tbody", {}, rows.map((row) => {
      const shown = of(row, "shown");
      const rule = of(row, board.rules[1]) ?? of(row, board.rules[0]);
      return el("tr", {}, el("th", { scope: "row" }, el("bdi", {}, own(row, "jurisdiction")), el("small", {}, el("bdi", {}, own(row, "head")), " · ", partOfDay(row.shift))), el("td", {}, methodTitle(row.shown_method), el("small", {}, t("%(n)s weeks", { n: number(shown.weeks) }))),
        el("td", { class: "end" }, bdi(mass(shown.records))), el("td", { class: "end" }, bdi(share(shown.hit_rate_5))), el("td", {}, row.versus.map(verdict)), el("td", { class: "end" }, bdi(ratio(shown.pai_5))),
        el("td", { class: "end" }, bdi(ratio(shown.deviance, 4)), rule && rule !== shown ? el("small", {}, t("rule: %(value)s", { value: ratio(rule.deviance, 4) })) : null), el("td", { class: "end" }, bdi(share(shown.coverage_90))));
    }))));
}

function methods() {
  const order = ["shown", ...board.methods];
  const rows = rowsOf(board.totals).slice().sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method));
  return [el("div", { class: "scroll", tabindex: "0" }, el("table", { class: "table board-table" },
    el("thead", {}, el("tr", {}, heading(t("Method")), heading(t("Weeks"), true), heading(t("Records"), true), heading(t("Hit rate in 1 %"), true), heading(t("Hit rate in 5 %"), true), heading(t("PAI"), true), heading(t("Deviance"), true), heading(t("90 % held"), true), heading(t("Expected over recorded"), true))),
    el("tbody", {}, rows.map((row) => el("tr", {}, el("th", { scope: "row" }, methodTitle(row.method)), el("td", { class: "end" }, bdi(number(row.weeks))), el("td", { class: "end" }, bdi(mass(row.records))), el("td", { class: "end" }, bdi(share(row.hit_rate_1))), el("td", { class: "end" }, bdi(share(row.hit_rate_5))),
      el("td", { class: "end" }, bdi(ratio(row.pai_5))), el("td", { class: "end" }, bdi(ratio(row.deviance, 4))), el("td", { class: "end" }, bdi(share(row.coverage_90))), el("td", { class: "end" }, bdi(ratio(row.expected_over_observed)))))))),
  el("p", { class: "explain" }, t("A method that was not tried everywhere has fewer records: compare it by area."))];
}

function drawRuns(runs) {
  if (!runs.length) {
    replace(byId("board-runs"), el("div", { class: "state" }, icon("hex"), el("strong", {}, t("No forecasts")), el("p", {}, t("None has been made for this filter, or none has been published by an officer."))));
    return;
  }
  const rows = runs.filter((run) => run.state !== "withdrawn").slice(0, 60).map(runRow);
  const list = el("div", { class: "run-list" }, rows.slice(0, FIRST_RUNS));
  const more = rows.length > FIRST_RUNS ? el("button", { class: "button button-quiet", type: "button", onclick: (event) => { list.append(...rows.slice(FIRST_RUNS)); event.target.remove(); } }, t("Show all %(n)s", { n: number(rows.length) })) : null;
  replace(byId("board-runs"), list, more);
}

function runRow(run) {
  return el("a", { class: "run-row", href: `/forecasts/${run.id}` },
    el("span", {}, el("strong", {}, el("bdi", {}, own(run, "head"))), " · ", el("bdi", {}, own(run, "jurisdiction")), el("small", {}, t("Week from"), " ", bdi(day(run.week_start)), " · ", partOfDay(run.shift), " · ", methodTitle(run.method), run.outcome?.hit_rate ? [" · ", t("hit rate %(rate)s", { rate: share(run.outcome.hit_rate["0.05"]) })] : null)),
    el("span", { class: "run-badges" }, run.paused ? el("span", { class: "badge badge-bad" }, t("paused")) : null, run.notes.length ? el("span", { class: "badge badge-warn" }, t("read with care")) : null,
      el("span", { class: `badge ${run.state === "published" ? "badge-good" : "badge-warn"}` }, stateTitle(run.expired && run.state !== "withdrawn" ? "expired" : run.state))));
}
