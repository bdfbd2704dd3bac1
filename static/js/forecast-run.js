// The page of one run: what it lists and why, which cells rest until an officer renews them, and its card.
import { ApiError, ask, send } from "./api.js";
import { bdi, byId, el, icon, replace } from "./dom.js";
import { methodTitle, own, partOfDay, ratio, share, stateTitle } from "./forecast-words.js";
import { day, lang, mass, number, t, when } from "./i18n.js";
import { startSession } from "./session.js";
import { startShell } from "./shell.js";
import "./theme.js";
import { toast } from "./toast.js";

const id = byId("run").dataset.run;
const FIRST = 10;
const FIRST_SEEN = 8;
let session = null;
let week = null;

start();

async function start() {
  session = await startSession();
  startShell(session, { sentence: () => document.title });
  await load();
}

async function load() {
  try {
    draw(await ask(`/api/forecasts/${id}`));
  } catch (error) {
    failed(error);
  }
}

function failed(error) {
  const words = error instanceof ApiError && error.status === 404 ? [t("No such forecast"), t("There is none with this number that you may see.")]
    : error.status === 409 ? [t("Not shown"), error.detail] : error.status === 0 ? [t("No connection"), t("The server did not answer.")] : [t("Could not read the forecast"), error.detail];
  replace(byId("run-head"), el("h1", {}, t("Forecast"), " ", bdi(id)));
  replace(byId("run-cells"), el("div", { class: "state", role: "alert" }, icon(error.status === 409 ? "clock" : "warn"), el("strong", {}, words[0]), el("p", {}, words[1] ?? "")));
  replace(byId("run-facts"));
}

const may = (permission) => session.permissions?.includes(permission);

function draw(answer) {
  const { run } = answer;
  week = run.week_start;
  replace(byId("run-head"),
    el("h1", {}, el("bdi", {}, own(run, "head")), " · ", el("bdi", {}, own(run, "jurisdiction")), el("span", { class: `badge ${run.state === "published" ? "badge-good" : "badge-warn"}` }, stateTitle(run.state))),
    el("p", { class: "lead" }, t("Week from"), " ", bdi(day(run.week_start)), " · ", partOfDay(run.shift), " · ", methodTitle(run.method)),
    run.notes.length ? el("ul", { class: "notes" }, run.notes.map((note) => el("li", {}, icon("warn", "icon-small"), el("span", {}, lang === "ur" ? note.text_ur : note.text)))) : null,
    run.state === "draft" && may("publish_forecasts") ? el("p", { class: "no-print" }, el("button", { class: "button", type: "button", onclick: publish }, icon("check"), t("Publish in my name"))) : null);
  replace(byId("run-cells"), cells(answer), answer.rested.length ? rested(answer) : null, answer.paused.length ? el("section", { class: "sheet" }, el("h2", {}, t("Paused")), el("p", { class: "explain" }, t("No number is shown for %(n)s cells of stations whose registration has changed.", { n: number(answer.paused.length) }))) : null, sight(answer.sight));
  replace(byId("run-facts"), facts(run, answer), modelCard(answer));
}

function line(cell, extra = null) {
  const marks = { unstable: t("uncertain if reporting differs by 30 %"), unknown: t("too little is reported here to say") };
  return el("li", { class: "cell-row" },
    el("span", { class: "cell-top" }, extra, bdi(cell.rank, "rank"), el("strong", {}, bdi(mass(cell.rate))), el("span", {}, t("expected"), " ", bdi(`(${mass(cell.low)}–${mass(cell.high)})`)), el("a", { class: "code", href: `/map?layer=forecast&cell=${cell.cell}` }, el("bdi", {}, cell.cell)),
      cell.marks.map((mark) => el("span", { class: "badge badge-warn" }, marks[mark] ?? mark))),
    el("span", { class: "why" }, cell.drivers.filter((driver) => driver.share >= 0.005).slice(0, 3).map((driver, index) => [index ? " · " : "", el("span", {}, lang === "ur" ? driver.text_ur : driver.text, " ", bdi(`${Math.round(driver.share * 100)} %`))])));
}

function cells(answer) {
  const list = el("ol", { class: "cell-list" }, answer.cells.slice(0, FIRST).map((cell) => line(cell)));
  const more = answer.cells.length > FIRST ? el("button", { class: "button button-quiet", type: "button", onclick: (event) => { list.append(...answer.cells.slice(FIRST).map((cell) => line(cell))); event.target.remove(); } }, t("Show all %(n)s", { n: number(answer.cells.length) })) : null;
  return el("section", { class: "sheet" }, el("h2", {}, t("Best-ranked cells")), answer.cells.length ? [list, more] : el("p", { class: "explain" }, t("No cell stands out enough to be listed.")));
}

/** Cells that were listed four weeks on end: they stay out until a named officer says that they shall not. */
function rested(answer) {
  const rows = answer.rested.map((cell) => line(cell, may("plan_patrols") ? el("input", { type: "checkbox", name: "cell", value: cell.cell, "aria-label": t("Renew cell %(cell)s", { cell: cell.cell }) }) : null));
  const form = el("form", { class: "renew", onsubmit: renew }, el("ol", { class: "cell-list" }, rows),
    may("plan_patrols") ? [el("label", { class: "check" }, el("input", { type: "checkbox", onchange: (event) => { for (const box of form.querySelectorAll("[name=cell]")) box.checked = event.target.checked; } }), t("All of them")),
      el("label", { class: "field" }, el("span", { class: "label" }, t("Why they shall be listed again")), el("input", { class: "input", name: "reason", minlength: "3", maxlength: "500", required: true })),
      el("button", { class: "button", type: "submit" }, t("Renew in my name"))] : el("p", { class: "explain" }, t("An officer who plans patrols can renew them.")));
  return el("section", { class: "sheet", id: "rested" }, el("h2", {}, t("Resting")), el("p", { class: "explain" }, t("Listed four weeks on end. They are left out, so that no place is watched by habit, until an officer renews them with a reason.")), form);
}

async function renew(event) {
  event.preventDefault();
  const data = new FormData(event.target);
  await change("/api/renewals", { cells: data.getAll("cell"), week, reason: data.get("reason") }, t("Renewed in your name."));
}

const publish = () => change(`/api/forecasts/${id}/publish`, undefined, t("Published in your name."));

async function change(path, body, words) {
  try {
    await send("POST", path, body);
    toast(words);
    await load();
  } catch (error) {
    toast(error.detail || error.title || t("The server did not answer."));
  }
}

const pair = (label, value) => (value === null || value === undefined || value === "" ? null : [el("dt", {}, label), el("dd", {}, bdi(value))]);

function facts(run, answer) {
  return el("section", { class: "sheet" }, el("h2", {}, t("How far to trust it")), el("dl", { class: "card-pairs" },
    pair(t("Hit rate in 5 % of the area"), share(run.score.hit_rate_5)), pair(t("PAI at 5 %"), ratio(run.score.pai_5)), pair(t("90 % interval held"), share(run.score.coverage_90)), pair(t("Expected over recorded"), ratio(run.score.expected_over_observed)), pair(t("Weeks scored"), run.score.weeks),
    run.versus.map((other) => pair(methodTitle(other.method), share(other.hit_rate_5))), pair(t("Chosen among"), (run.methods ?? []).map(methodTitle).join(t(", "))), pair(t("Why this method"), answer.card_text[lang]?.[1]?.text[0] ?? run.reason),
    pair(t("Known by"), when(run.known_until)), pair(t("Expires"), when(run.expires_at, "day")), pair(t("Published"), run.published_at ? when(run.published_at) : null), pair(t("Data"), run.data_hash.slice(0, 16))));
}

/** The model card in the page's language, as the server wrote it from the run; it prints by itself. */
function modelCard(answer) {
  const parts = answer.card_text[lang] ?? answer.card_text.en;
  return el("section", { class: "sheet model-card", id: "model-card" }, el("div", { class: "sheet-top" }, el("h2", {}, t("Model card")), el("button", { class: "button button-quiet no-print", type: "button", onclick: printCard }, icon("print"), t("Print the card"))),
    parts.map((part) => el("section", { class: "card-part" }, el("h3", {}, part.title), part.text.length > 1 ? el("ul", { class: "card-list" }, part.text.map((words) => el("li", {}, words))) : part.text.map((words) => el("p", {}, words)),
      part.pairs.length ? el("dl", { class: "card-pairs" }, part.pairs.map(([label, value]) => pair(label, value))) : null)),
    el("details", { class: "no-print" }, el("summary", {}, t("The whole card as data")), el("pre", { class: "scroll code", lang: "en", dir: "ltr", tabindex: "0" }, JSON.stringify(answer.run.card, null, 1))));
}

/** The card alone on paper; the browser's own print gives the whole page. */
function printCard() {
  document.body.classList.add("print-card");
  addEventListener("afterprint", () => document.body.classList.remove("print-card"), { once: true });
  print();
}

/** What the watch of registration could see here: the run's place first, then stations by how much they register. */
function sight(rows) {
  if (!rows.length) return null;
  const order = [...rows].sort((a, b) => (b.stations > 1) - (a.stations > 1) || b.a_week - a.a_week);
  const line = (row) => el("tr", {}, el("th", { scope: "row" }, el("bdi", {}, lang === "ur" ? row.station_ur : row.station), row.stations > 1 ? el("small", {}, t("%(n)s stations together", { n: number(row.stations) })) : null), el("td", { class: "end" }, bdi(mass(row.a_week))), el("td", { class: "end" }, t("%(n)s of 100", { n: number(row.seen_of_100) })), el("td", { class: "end" }, row.least_percent === null ? t("none") : bdi(`+${number(row.least_percent)} %`)));
  const body = el("tbody", {}, order.slice(0, FIRST_SEEN).map(line));
  const more = order.length > FIRST_SEEN ? el("button", { class: "button button-quiet no-print", type: "button", onclick: (event) => { body.append(...order.slice(FIRST_SEEN).map(line)); event.target.remove(); } }, t("Show all %(n)s", { n: number(order.length) })) : null;
  return el("section", { class: "sheet", id: "sight" }, el("h2", {}, t("Would a change of registration be seen?")), el("p", { class: "explain" }, t("A station that begins to register more, or less, looks like a wave of crime. In how many of 100 cases a rise of 30 % would be seen here within two weeks, with one false alarm a station and year; and the smallest rise seen in 95 of 100.")),
    el("div", { class: "scroll", tabindex: "0" }, el("table", { class: "table sight-table" }, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("Station or place")), [t("Records a week"), t("+30 % seen in two weeks"), t("Smallest rise seen")].map((words) => el("th", { scope: "col", class: "end" }, words)))), body)), more);
}
