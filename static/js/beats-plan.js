// The planner: patrols and minutes in, places by maximal coverage out; each is accepted, moved, locked, refused or added by a person.
import { ApiError, ask, send } from "./api.js";
import { announce } from "./announce.js";
import { clearPlan, showPlan, tourColour } from "./beats-map.js";
import { bdi, byId, el, icon, replace } from "./dom.js";
import { day, lang, mass, named, number, percent, t, tn } from "./i18n.js";
import { currentWindow, get } from "./state.js";
import { fromDays, monday, windowText } from "./time.js";

const FIELDS = ["patrols", "minutes", "minutes_a_place", "speed_kmh", "road_factor", "reach_m"];
let plan = null; // the proposal as the planner has changed it
let refused = [];
let moving = null;
let saved = () => {};
let area = () => null;

export function startPlan({ kept, areaNow }) {
  saved = kept;
  area = areaNow;
  const coming = monday(Math.floor(Date.now() / 86_400_000)) + 7;
  byId("plan-week").value = fromDays(coming);
  byId("plan-form").addEventListener("submit", (event) => { event.preventDefault(); propose(); });
  byId("plan-save").addEventListener("click", keep);
  byId("plan-clear").addEventListener("click", forget);
}

export function forget() {
  plan = null;
  refused = [];
  moving = null;
  clearPlan();
  draw();
}

/** The map was clicked: where a place is being moved or added, it goes there. Gives whether the click was used. */
export function clickedOnMap(point) {
  if (moving === null || !plan) return false;
  const index = moving;
  moving = null;
  document.body.classList.remove("moving-place");
  if (index === "add") plan.places.push({ ...point, patrol: 0, position: plan.places.length + 1, decision: "added", locked: false, reason: "" });
  else moveTo(index, point);
  measure();
  return true;
}

function moveTo(index, point) {
  Object.assign(plan.places[index], point, { decision: plan.places[index].decision === "added" ? "added" : "moved", patrol: plan.places[index].patrol });
}

function body() {
  const values = { jurisdiction: area()?.code, window: windowText(currentWindow()), heads: get("heads").join(","), kinds: get("kinds").join(","), shift: get("shift"), week: byId("plan-week").value || null, weigh: byId("plan-weigh").value };
  for (const field of FIELDS) values[field] = Number(byId(`plan-${field}`).value);
  return values;
}

const locked = () => (plan?.places ?? []).filter((place) => place.locked).map((place) => place.cell);

async function work(run) {
  byId("plan-form").classList.add("working");
  say(null);
  try {
    await run();
  } catch (error) {
    say(error instanceof ApiError ? (error.status === 0 ? t("The server does not answer.") : error.detail || error.title) : String(error.message));
  } finally {
    byId("plan-form").classList.remove("working");
  }
}

function say(words) {
  const bar = byId("plan-problem");
  bar.hidden = !words;
  if (words) replace(bar, icon("warn", "icon-small"), el("span", {}, words));
}

const propose = () => work(async () => {
  const answer = await send("POST", "/api/beats/proposals", { ...body(), locked: locked(), excluded: refused.map((place) => place.cell) });
  plan = { ...answer, places: answer.places.map((place) => ({ ...place, decision: "accepted", reason: "" })) };
  await outlineLeft();
  draw();
  announce(t("%(places)s places cover %(share)s", { places: number(plan.places.length), share: percent(plan.covered / (plan.total || 1)) }));
});

/** Tours and coverage anew, of the places as they are now. */
const measure = () => work(async () => {
  const before = plan.places;
  const answer = await send("POST", "/api/beats/tours", { ...body(), places: before.map(({ lat, lon, patrol, decision, locked: fast, reason }) => ({ lat, lon, patrol: patrol || 0, decision, locked: fast, reason })) });
  plan = { ...plan, ...answer, places: answer.places.map((place) => ({ ...place, decision: before[place.given].decision, locked: before[place.given].locked, reason: before[place.given].reason })) };
  await outlineLeft();
  draw();
});

async function outlineLeft() {
  const cells = plan.left_out_cells.slice(0, 40).map((each) => each.cell);
  plan.left = cells.length ? (await ask("/api/shapes", { cells: cells.join(",") })).shapes : [];
}

const keep = () => work(async () => {
  const places = plan.places.map(({ lat, lon, patrol, decision, locked: fast, reason }) => ({ lat, lon, patrol, decision, locked: fast, reason }));
  const answer = await send("POST", "/api/beats/plans", { ...body(), places, refused: refused.map(({ cell, reason }) => ({ cell, reason })) });
  announce(t("Plan %(number)s is kept", { number: answer.id }));
  forget();
  saved(answer);
});

function refuse(index) {
  const [place] = plan.places.splice(index, 1);
  if (place.decision !== "added") refused.push({ cell: place.cell, name: place.name, name_ur: place.name_ur, reason: "" });
  if (plan.places.length) measure();
  else { clearPlan(); draw(); }
}

export async function renew(cell, week) {
  const reason = byId("renew-reason").value.trim();
  await work(async () => {
    await send("POST", "/api/renewals", { cells: [cell], week, reason });
    byId("renew").close();
    await propose();
  });
}

function askRenewal(resting) {
  byId("renew-cell").textContent = resting.cell;
  byId("renew-weeks").textContent = tn("%(n)s week on end", "%(n)s weeks on end", resting.weeks);
  byId("renew-reason").value = "";
  byId("renew-form").onsubmit = (event) => { event.preventDefault(); renew(resting.cell, byId("plan-week").value); };
  byId("renew").showModal();
}

function draw() {
  byId("plan-made").hidden = !plan;
  if (!plan) return;
  showPlan({ places: plan.places, start: plan.start, reach: Number(byId("plan-reach_m").value), left: plan.left }, { moved: (index, point) => { moveTo(index, point); measure(); }, opened: (index) => byId(`place-${index}`)?.focus() });
  const share = plan.total ? plan.covered / plan.total : 0;
  replace(byId("plan-sum"),
    el("div", { class: "meter", role: "img", "aria-label": percent(share), vars: { "--share": share } }),
    el("p", {}, el("strong", {}, bdi(percent(share))), " ", plan.weighed_by === "forecast" ? t("of what is expected in the week lies within reach") : t("of what the window holds lies within reach")),
    el("p", { class: "explain" }, t("%(covered)s covered, %(left)s left out, of %(total)s. Dashed outlines show the heaviest cells that no visit covers.", { covered: mass(plan.covered), left: mass(plan.left_out), total: mass(plan.total) }),
      byId("plan-weigh").value === "forecast" && plan.weighed_by === "window" ? [" ", t("No published forecast covers these heads: the window weighs instead.")] : null));
  replace(byId("plan-tours"), plan.tours.map((tour) => el("section", { class: "tour", vars: { "--tour": tourColour(tour.patrol) } },
    el("h2", {}, t("Patrol %(number)s", { number: tour.patrol }), el("span", { class: tour.over ? "badge badge-warn" : "badge" }, bdi(t("%(minutes)s min", { minutes: number(tour.minutes) })), tour.over ? [" ", t("over its time")] : null), el("small", {}, bdi(`${(tour.metres / 1000).toFixed(1)} km`))),
    el("ol", {}, plan.places.map((place, index) => [place, index]).filter(([place]) => place.patrol === tour.patrol).map(([place, index]) => placeRow(place, index))))));
  replace(byId("plan-refused"), refused.length ? [el("h2", {}, t("Refused")), el("ul", {}, refused.map((place, index) => el("li", {}, named(place) || bdi(place.cell), el("input", { class: "input", value: place.reason, maxlength: 500, placeholder: t("Reason"), "aria-label": t("Reason for refusing"), oninput: (event) => { place.reason = event.target.value; } }), el("button", { type: "button", class: "button button-quiet button-small", onclick: () => { refused.splice(index, 1); propose(); } }, t("Take back")))))] : null);
  replace(byId("plan-resting"), plan.resting?.length ? [el("h2", {}, t("Resting")), el("p", { class: "explain" }, t("On the list for four weeks on end: not proposed again without a named renewal.")), el("ul", {}, plan.resting.map((cell) => el("li", {}, bdi(cell.cell, "code"), el("button", { type: "button", class: "button button-quiet button-small", onclick: () => askRenewal(cell) }, t("Renew"))))) ] : null);
}

function placeRow(place, index) {
  const name = (lang === "ur" ? place.name_ur : place.name) || t("no name known");
  const part = place.drivers?.[0];
  const why = part?.driver ? (lang === "ur" ? part.driver.text_ur : part.driver.text) : "";
  const tool = (label, iconName, run, pressed = null) => el("button", { type: "button", class: "tool", title: label, "aria-label": `${label}: ${name}`, ...(pressed === null ? {} : { "aria-pressed": String(pressed) }), onclick: run }, icon(iconName, "icon-small"));
  return el("li", { class: "place", id: `place-${index}`, tabindex: "-1" },
    el("span", { class: "place-number" }, bdi(place.position)),
    el("div", {}, el("p", {}, el("bdi", {}, name), place.decision === "moved" ? el("span", { class: "badge" }, t("moved")) : place.decision === "added" ? el("span", { class: "badge" }, t("added")) : null),
      el("p", { class: "explain" }, plan.weighed_by === "forecast" ? t("covers %(mass)s expected reports", { mass: mass(place.covered) }) : t("covers %(mass)s records", { mass: mass(place.covered) }), part ? [" · ", t("expected %(rate)s (%(between)s)", { rate: mass(part.rate), between: `${mass(part.low)}–${mass(part.high)}` }), why ? [" · ", why] : null] : null, place.listed?.weeks ? [" · ", tn("%(n)s week on the list", "%(n)s weeks on the list", place.listed.weeks)] : null)),
    el("span", { class: "place-tools" },
      tool(t("Lock"), "lock", () => { place.locked = !place.locked; draw(); }, place.locked),
      tool(t("Move: then click on the map"), "pin", () => { moving = index; document.body.classList.add("moving-place"); announce(t("Click on the map where the place shall be.")); }),
      tool(t("Refuse"), "close", () => refuse(index))));
}

export function addPlace() {
  if (!plan) return;
  moving = "add";
  document.body.classList.add("moving-place");
  announce(t("Click on the map where the place shall be."));
}

export const weekSaid = (iso) => t("week from %(day)s", { day: day(iso) });
