// The pin desk: one record after the other, by keyboard, mouse or phone; each decision can be taken back.
import { announce } from "./announce.js";
import { ApiError, ask, send } from "./api.js";
import { byId, el, icon, kindMark, replace } from "./dom.js";
import { lang, number, t, tn, when } from "./i18n.js";
import * as pinMap from "./pins-map.js";
import { openNames, openOrder, openPiles, openStations } from "./pins-side.js";
import { drawWords } from "./pins-words.js";
import { useful } from "./marks.js";
import { startSession } from "./session.js";
import { startShell } from "./shell.js";
import { get, set, subscribe } from "./state.js";
import "./theme.js";
import { methodName } from "./words.js";

const session = await startSession();
let queue = [];
let next = null;
let at = 0;
let waiting = null; // the record that is open, with its cells and candidates
let chosen = null; // the candidate that was accepted, unless the pin was moved since
const done = []; // what was decided here, newest last: what U takes back

const shows = () => get("show") || "all";
const asked = () => ({ jurisdiction: get("jurisdiction"), show: shows() });

async function load() {
  shut();
  replace(byId("pins-list"), el("li", {}, el("span", { class: "skeleton skeleton-block" })));
  for (const button of document.querySelectorAll("[data-show]")) button.setAttribute("aria-pressed", String(button.dataset.show === shows()));
  drawProgress();
  try {
    const answer = await ask("/api/pins", asked());
    queue = answer.records;
    next = answer.next;
    at = 0;
    drawQueue();
    await open();
  } catch (error) {
    fail(error);
  }
}

async function drawProgress() {
  try {
    const { total } = await ask("/api/pins/progress", { jurisdiction: get("jurisdiction") });
    const share = total.records ? (total.records - total.weak) / total.records : 0;
    replace(byId("pins-figures"),
      el("p", { class: "pins-left" }, el("bdi", {}, number(total.weak)), " ", el("span", {}, t("to look at"))),
      el("p", { class: "explain" }, tn("%(n)s pinned in the last seven days", "%(n)s pinned in the last seven days", total.lately)),
      el("span", { class: "pins-bar", role: "img", "aria-label": t("%(n)s of a hundred records are well placed", { n: Math.floor(share * 100) }), vars: { "--share": String(share) } }));
  } catch {
    replace(byId("pins-figures"), el("p", { class: "explain" }, t("The counts could not be read.")));
  }
}

function drawQueue() {
  if (!queue.length) {
    replace(byId("pins-list"), el("li", { class: "state" }, icon("check"), el("strong", {}, t("Nothing to pin")), el("p", {}, t("Every record here is well placed, or an officer has seen it."))));
    return;
  }
  replace(byId("pins-list"), queue.map((record, index) => el("li", {},
    el("button", { type: "button", class: "pins-row", "aria-current": index === at ? "true" : null, onclick: () => go(index) },
      kindMark(record.kind),
      el("span", { class: "pins-row-main" },
        el("strong", {}, lang === "ur" ? record.head_name_ur : record.head_name), " ", el("bdi", { class: "code" }, record.title ?? ""),
        el("small", { dir: "auto" }, record.place || t("no words of a place")),
        el("small", {}, `${methodName(record.method)} · ${when(record.occurred_from, "day")}`))))));
  document.querySelector(".pins-row[aria-current]")?.scrollIntoView({ block: "nearest" });
}

function go(index) {
  at = Math.max(0, Math.min(index, queue.length - 1));
  drawQueue();
  return open();
}

/** No record is open: a key pressed until the next one is there means none, neither the one that went nor one unseen. */
function shut() {
  waiting = null;
  byId("do-pin").disabled = true;
}

async function open() {
  const record = queue[at];
  byId("pins-actions").hidden = !record;
  shut();
  if (!record) {
    replace(byId("pins-words"), el("p", { class: "explain" }, t("Choose a record from the queue.")));
    return;
  }
  try {
    const found = await ask(`/api/pins/${encodeURIComponent(record.id)}`);
    if (queue[at]?.id !== record.id) return; // overtaken by the next key
    waiting = found;
    chosen = null;
    byId("pins-name").value = "";
    drawWords(waiting, choose);
    useful();
    pinMap.showRecord(waiting);
    ready();
  } catch (error) {
    fail(error);
  }
}

/** What Enter would do now. */
function ready() {
  const drawing = pinMap.isDrawing();
  byId("do-pin").disabled = !waiting || !(drawing || pinMap.pinned());
  byId("do-area").setAttribute("aria-pressed", String(drawing));
  // A row or a filter that was clicked keeps the focus, and would take the Enter that is meant for the pin.
  if (!byId("do-pin").disabled && document.activeElement?.matches(".pins-row, .choice, .candidate, #do-area")) byId("do-pin").focus({ preventScroll: true });
  const tip = byId("pins-tip");
  tip.hidden = false;
  tip.textContent = drawing ? t("Click the corners of the area; Enter ends it, Backspace takes the last corner away.") : pinMap.pinned() ? t("Drag the pin to where it happened. Enter keeps it.") : t("Click where it happened, or press the number of a candidate.");
}

function choose(index) {
  const candidate = waiting?.candidates[index];
  if (!candidate) return;
  pinMap.stopDrawing();
  pinMap.setPin({ lng: candidate.lon, lat: candidate.lat });
  pinMap.flyTo(candidate.lon, candidate.lat);
  chosen = candidate;
  for (const row of document.querySelectorAll(".candidate")) row.setAttribute("aria-pressed", String(Number(row.dataset.index) === index));
}

async function decide(body) {
  const deciding = waiting;
  if (!deciding) return;
  const { record } = deciding;
  const name = byId("pins-name").value.trim();
  if (name && body.action !== "nowhere") body.local_name = name;
  shut();
  try {
    await send("POST", `/api/pins/${encodeURIComponent(record.id)}`, body);
  } catch (error) {
    if (queue[at]?.id === record.id) waiting = deciding;
    say(error.detail || t("The server does not answer. Nothing was changed."), true);
    ready();
    return;
  }
  done.push({ id: record.id, title: record.title });
  say(body.action === "nowhere" ? t("%(title)s cannot be placed.", { title: record.title ?? "" }) : t("%(title)s is pinned.", { title: record.title ?? "" }), false, true);
  drawProgress();
  const opened = queue[at]?.id; // another row may have been opened meanwhile, and keeps its pin
  queue = queue.filter((each) => each.id !== record.id);
  if (queue.length < 5 && next) await more();
  const kept = queue.findIndex((each) => each.id === opened);
  if (kept < 0) return go(at);
  at = kept;
  drawQueue();
}

async function more() {
  const answer = await ask("/api/pins", { ...asked(), cursor: next }).catch(() => null);
  if (!answer) return;
  const known = new Set(queue.map((record) => record.id));
  queue.push(...answer.records.filter((record) => !known.has(record.id)));
  next = answer.next;
}

function accept() {
  if (pinMap.isDrawing()) {
    if ((drawn?.length ?? 0) < 3) say(t("An area has at least three corners."), true);
    else decide({ action: "area", area: drawn });
    return;
  }
  const here = pinMap.pinned();
  if (!here) return;
  const point = { lat: here.lat, lon: here.lng };
  if (chosen) decide({ action: "candidate", ...point, matched: chosen.ref, accuracy_m: Math.min(chosen.radius_m ?? 50, 20000) });
  else decide({ action: "point", ...point });
}

let drawn = null;

function scene() {
  if (!navigator.geolocation) { say(t("This device does not tell where it is."), true); return; }
  say(t("Waiting for the position of this device…"));
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    pinMap.setPin({ lng: coords.longitude, lat: coords.latitude });
    pinMap.flyTo(coords.longitude, coords.latitude);
    decide({ action: "scene", lat: coords.latitude, lon: coords.longitude, accuracy_m: Math.max(coords.accuracy, 1) });
  }, (error) => say(error.code === 1 ? t("The device may not tell where it is: allow it in the browser.") : t("The device does not know where it is. Put the pin by hand."), true), { enableHighAccuracy: true, timeout: 15000, maximumAge: 5000 });
}

async function undo() {
  const last = done.pop();
  if (!last) { say(t("There is nothing to take back.")); return; }
  try {
    await send("POST", `/api/pins/${encodeURIComponent(last.id)}/undo`, {});
    say(t("%(title)s is where it was.", { title: last.title ?? "" }));
    await load();
  } catch (error) {
    done.push(last);
    say(error.detail || t("The server does not answer. Nothing was changed."), true);
  }
}

let hush = 0;

function say(words, bad = false, undoable = false) {
  const box = byId("pins-done");
  box.hidden = false;
  box.classList.toggle("bad", bad);
  replace(box, icon(bad ? "warn" : "check", "icon-small"), el("span", {}, words), undoable ? el("button", { type: "button", class: "link", onclick: undo }, t("Take it back"), " ", el("kbd", { "aria-hidden": "true" }, "Z")) : null);
  clearTimeout(hush);
  hush = setTimeout(() => { box.hidden = true; }, bad ? 9000 : 6000);
}

function fail(error) {
  const refused = error instanceof ApiError && error.status === 403;
  replace(byId("pins-words"), el("div", { class: "state", role: "alert" }, icon(refused ? "lock" : "warn"), el("strong", {}, refused ? t("You may not see this.") : t("The queue could not be read.")), el("p", {}, error.detail ?? ""),
    el("button", { type: "button", class: "button button-quiet", onclick: load }, t("Try again"))));
}

function area() {
  if (pinMap.isDrawing()) pinMap.stopDrawing();
  else pinMap.startDrawing();
  drawn = null;
  ready();
}

const ACTIONS = [
  { keys: ["Enter"], label: t("Keep the pin or the area"), run: accept },
  { keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], shown: ["1", "9"], label: t("Take a candidate"), run: (key) => choose(Number(key) - 1) },
  { keys: ["c"], label: t("Pin the middle of the map"), run: () => (pinMap.isDrawing() ? pinMap.addCorner() : pinMap.setPin(pinMap.middle())) },
  { keys: ["a"], label: t("Draw an area"), run: area },
  { keys: ["Backspace"], run: () => pinMap.removeCorner() },
  { keys: ["x"], label: t("Cannot be placed"), run: () => decide({ action: "nowhere" }) },
  { keys: ["g"], label: t("I am at the scene"), run: scene },
  { keys: ["m"], label: t("Give it a name"), run: () => byId("pins-name").focus() },
  { keys: ["n", "ArrowDown"], label: t("Later"), run: () => go(at + 1) },
  { keys: ["b", "ArrowUp"], label: t("Back"), run: () => go(at - 1) },
  { keys: ["z"], label: t("Take the last one back"), run: undo },
  { keys: ["Escape"], run: () => { pinMap.stopDrawing(); pinMap.clearPin(); ready(); } },
];

const rows = load(); // asked while the map starts
const home = session.user?.jurisdiction?.bbox;
pinMap.startPinMap(home ? [[home[0], home[1]], [home[2], home[3]]] : [[60.8, 23.5], [77.9, 37.2]], {
  moved: () => { chosen = null; for (const row of document.querySelectorAll(".candidate")) row.setAttribute("aria-pressed", "false"); if (waiting) ready(); },
  drew: (corners) => { drawn = corners; if (waiting) ready(); },
  chose: choose,
});
startShell(session, { desk: "pins", filtered: false, actions: ACTIONS, fly: ({ bbox, center }) => (center ? pinMap.flyTo(center[0], center[1]) : bbox && pinMap.flyTo((bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2)), sentence: () => t("Pins") });
byId("pins-actions").addEventListener("submit", (event) => { event.preventDefault(); accept(); });
// The map keeps its own keys, and has the focus after a click on it: there Enter means the pin that was just put.
byId("map").addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.target.closest("button")) { event.preventDefault(); accept(); } });
byId("do-scene").addEventListener("click", scene);
byId("do-area").addEventListener("click", area);
byId("do-nowhere").addEventListener("click", () => decide({ action: "nowhere" }));
byId("do-next").addEventListener("click", () => go(at + 1));
byId("open-names").addEventListener("click", () => openNames(get("jurisdiction")));
byId("open-order").addEventListener("click", () => openOrder(get("jurisdiction")));
byId("open-piles").addEventListener("click", () => openPiles(get("jurisdiction"), (lat, lon) => pinMap.flyTo(lon, lat)));
byId("open-stations").addEventListener("click", () => openStations(get("jurisdiction"), (code) => set({ jurisdiction: code })));
for (const button of document.querySelectorAll("[data-show]")) button.addEventListener("click", () => set({ show: button.dataset.show === "all" ? "" : button.dataset.show }));
subscribe((changed) => { if (changed.has("jurisdiction") || changed.has("show")) load(); });
window.naqsha = { ...window.naqsha, pins: { waiting: () => waiting?.record?.id ?? null, left: () => queue.length, pinned: () => pinMap.pinned() } };
await rows;
announce(t("Pins"));
document.body.classList.add("pins-ready");
