// One plan in the hand: start and end a visit, or type its minutes; what was planned, visited and happened side by side.
import { ask, send } from "./api.js";
import { announce } from "./announce.js";
import { bdi, byId, el, icon, replace } from "./dom.js";
import { day, lang, mass, number, t, when } from "./i18n.js";
import { startSession } from "./session.js";
import { startShell } from "./shell.js";
import { shiftName } from "./words.js";

const plan = byId("visits").dataset.plan;
let mayLog = false;
let now = null;
let sends = false; // whether the phone's position goes along, once its holder has said so

function problem(error) {
  const bar = byId("problem");
  bar.hidden = !error;
  if (error) replace(bar, icon("warn", "icon-small"), el("span", {}, error.status === 0 ? t("The server does not answer.") : error.detail || error.title || String(error.message)));
}

async function doing(work) {
  try {
    problem(null);
    await work();
  } catch (error) {
    problem(error);
  }
}

/** Where the phone stands, if its holder lets it; a visit never waits for that longer than five seconds. */
function standing() {
  return new Promise((done) => {
    if (!navigator.geolocation || !sends) { done({}); return; }
    navigator.geolocation.getCurrentPosition(({ coords }) => done({ lat: coords.latitude, lon: coords.longitude, accuracy_m: coords.accuracy }), () => done({}), { enableHighAccuracy: true, timeout: 5000, maximumAge: 15000 });
  });
}

const start = (place) => doing(async () => { await send("POST", `/api/beats/places/${place}/visits`, await standing()); announce(t("The visit has started")); await load(); });
const end = () => doing(async () => { const { minutes } = await send("POST", `/api/beats/visits/${now.id}/end`, await standing()); announce(t("The visit has ended: %(minutes)s min", { minutes: mass(minutes) })); await load(); });
const typed = (place, minutes) => doing(async () => { await send("POST", `/api/beats/places/${place}/visits`, { minutes }); await load(); });

async function load() {
  const [found, outcome] = await Promise.all([mayLog ? ask("/api/beats/visit") : { visit: null }, ask(`/api/beats/plans/${plan}/outcome`).catch(() => null)]);
  now = found.visit;
  const made = outcome ?? await ask(`/api/beats/plans/${plan}`);
  replace(byId("visits-head"), el("bdi", {}, lang === "ur" ? made.jurisdiction_name_ur || made.jurisdiction_name : made.jurisdiction_name), " · ", t("week from %(day)s", { day: day(made.week_start) }), " · ", made.shift ? shiftName(made.shift) : t("All day"), " · ", t("decided by %(officer)s", { officer: made.made_by ?? "" }),
    made.withdrawn_at ? [" ", el("span", { class: "badge badge-warn" }, t("withdrawn"))] : null);
  replace(byId("visits-now"), now && String(now.plan) !== plan ? el("p", {}, el("a", { href: `/beats/plans/${now.plan}` }, t("A visit of yours is under way in plan %(number)s.", { number: now.plan }))) : null,
    mayLog ? el("label", { class: "check" }, el("input", { type: "checkbox", id: "visits-gps", checked: sends, onchange: (event) => { sends = event.target.checked; } }), el("span", {}, t("Send where I stand, with its accuracy"))) : null);
  const patrols = [...new Set(made.places.map((place) => place.patrol))];
  replace(byId("visits-places"), patrols.map((patrol) => el("section", {}, el("h2", {}, t("Patrol %(number)s", { number: patrol })), el("ol", {}, made.places.filter((place) => place.patrol === patrol).map(card)))));
  drawOutcome(outcome);
}

function card(place) {
  const on = now?.place === place.id;
  const name = (lang === "ur" ? place.name_ur : place.name) || t("no name known");
  const minutes = el("input", { class: "input", type: "number", min: 1, max: 720, "aria-label": t("Minutes at %(place)s", { place: name }), placeholder: t("minutes") });
  return el("li", { class: `visit-card ${on ? "now" : ""}` },
    el("span", { class: "place-number" }, bdi(place.position)),
    el("div", {}, el("p", {}, el("strong", {}, el("bdi", {}, name))), el("p", { class: "explain" }, el("a", { href: `/map?at=${place.lat.toFixed(5)},${place.lon.toFixed(5)},16`, target: "_blank", rel: "noopener", "aria-label": t("Show %(what)s on the map", { what: name }) }, bdi(`${place.lat.toFixed(5)}, ${place.lon.toFixed(5)}`)), " · ", t("%(visits)s visits, %(minutes)s min", { visits: number(place.visits), minutes: number(place.minutes) }), on ? [" · ", t("since %(time)s", { time: when(now.started_at, "time") })] : null)),
    mayLog ? el("button", { type: "button", class: `button ${on ? "" : "button-quiet"}`, disabled: Boolean(now) && !on, onclick: () => (on ? end() : start(place.id)) }, on ? t("End") : t("Start")) : null,
    mayLog && !on ? el("form", { class: "visit-typed", onsubmit: (event) => { event.preventDefault(); if (minutes.value) typed(place.id, Number(minutes.value)); } }, minutes, el("button", { class: "button button-quiet button-small", type: "submit" }, t("Log minutes"))) : null);
}

function drawOutcome(outcome) {
  if (!outcome) { replace(byId("visits-outcome"), el("p", { class: "explain" }, t("What happened is shown to those who see the whole area."))); return; }
  const cell = (value) => el("td", { class: "end" }, bdi(value));
  replace(byId("visits-outcome"), el("table", { class: "table" },
    el("thead", {}, el("tr", {}, [t("Place"), t("Planned minutes"), t("Visited minutes"), t("Happened within reach")].map((label) => el("th", { scope: "col" }, label)))),
    el("tbody", {}, outcome.places.map((place) => el("tr", {}, el("th", { scope: "row" }, bdi(`${place.patrol}.${place.position}`), " ", el("bdi", {}, (lang === "ur" ? place.name_ur : place.name) || "")), cell(number(place.planned)), cell(number(place.minutes)), cell(mass(place.happened)))),
      el("tr", {}, el("th", { scope: "row" }, t("all, each record once")), cell(number(outcome.planned_minutes)), cell(number(outcome.visited_minutes)), cell(mass(outcome.happened_near))))),
  el("p", { class: "explain" }, t("Of %(all)s records of the plan's heads in its week, %(near)s happened within reach of a place, %(beyond)s beyond, %(rest)s cannot be placed so finely. Few records: a difference between weeks is mostly chance.", { all: mass(outcome.happened), near: mass(outcome.happened_near), beyond: mass(outcome.happened_beyond), rest: mass(outcome.happened_unplaced) })));
}

async function begin() {
  const session = await startSession();
  mayLog = Boolean(session.permissions?.includes("log_visits"));
  startShell(session);
  await load();
}

begin().catch(problem);
