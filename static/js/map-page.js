// The map page: starts every part and keeps them in step with the one state.
import { copyAddress, writeAddress } from "./address.js";
import { announce } from "./announce.js";
import { ask, isAbort, lane } from "./api.js";
import { onArea } from "./areas.js";
import { clear, drawChips, sentence } from "./chips.js";
import { byId, el, icon, replace } from "./dom.js";
import { COUNTRY, HOMES, homeOf } from "./homes.js";
import { forget, hideHover, showHover } from "./hover.js";
import { mass, t } from "./i18n.js";
import { LAYERS, refresh, without } from "./layers.js";
import { draw as drawLegend, flipLayer, setBeside, setResolution, setRun, startLegend } from "./legend.js";
import { drawList } from "./list.js";
import { afterPaint, filterAsked, mapDrawn, useful } from "./marks.js";
import { completeGround, fly, keepScale, mark, onCells, redraw, startMap, visibleCells } from "./map.js";
import { openPanel, setClicked, setForecastCells, setPanelNumbers } from "./panel.js";
import { flipPlay, isPlaying, startPlay } from "./play.js";
import * as rail from "./rail.js";
import { focusSearch } from "./search.js";
import { endOf, startSession } from "./session.js";
import { printPage } from "./print.js";
import { startShell } from "./shell.js";
import { flipSheet, isPhone, onSheet, startSheets } from "./sheet.js";
import { FILTER_KEYS, filters, filtersBefore, get, hasLayer, search, set, setEnd, subscribe, touches } from "./state.js";
import "./theme.js";
import { windowText } from "./time.js";
import { draw as drawTimeline, showWeeks, spanWindow, startTimeline, step, stretch } from "./timeline.js";

const lanes = { summary: lane(), before: lane(), weeks: lane(), beside: lane(), forecast: lane(), hotspots: lane() };
let map = null;
let resolution = null;
let runShown = null;
const afterwards = new Map(); // what waits for the map, by name: {run, timer}
/** How long it waits for a map that does not come; and how long a pressed button waits to be drawn in one picture with it. */
const PATIENCE = 1500;
const PRESSED = 300;
/** Filters that come faster than this are a hand at work: what is said of a picture waits until it rests, and no map waits for that. */
const HURRY_MS = 1200;
const REST_MS = 600;
let filteredAt = -HURRY_MS;
let hurried = false;
let telling = null;
let pressed = new Set(); // keys that were changed and not drawn yet
let stale = true; // what is said of the picture may no longer hold
let awaited = true; // no picture has answered the filters yet
let describing = false; // a picture is on the screen that has not been described yet
/** How long the table of the cells waits for the hand to rest; where the table is what is read it does not wait. */
const TABLE_MS = 1200;
let table = null;
/** After how long it is shown that the map is still coming: a line that moves has the page drawn sixty times a second. */
const SLOW_MS = 1000;
let slow = null;
let holes = false; // a tile could not be read, so that empty ground in view may be no empty ground

/** Runs a question; an answer overtaken by a newer question is dropped in silence. */
async function quietly(work, failed) {
  try {
    await work();
  } catch (error) {
    if (!isAbort(error)) failed?.(error);
  }
}

/** What can wait until the map is drawn: its tiles have the server and the screen for themselves. */
function afterMap(name, run, patience = PATIENCE) {
  clearTimeout(afterwards.get(name)?.timer);
  afterwards.set(name, { run, timer: setTimeout(() => goOn(name), patience) });
}

function goOn(name) {
  const waiting = afterwards.get(name);
  clearTimeout(waiting?.timer);
  afterwards.delete(name);
  waiting?.run();
}

function loadNumbers() {
  quietly(async () => {
    const size = hasLayer("cells") && resolution !== null ? { resolution } : {};
    const [summary, before] = await Promise.all([lanes.summary("/api/summary", { ...filters(), ...size }), lanes.before("/api/summary", filtersBefore())]);
    problem(null);
    if (typeof summary.synthetic === "boolean") byId("synthetic").hidden = !summary.synthetic;
    rail.setNumbers(summary);
    setPanelNumbers(summary, before);
    if (size.resolution !== undefined && size.resolution === resolution) setBeside(summary);
    byId("total").textContent = mass(summary.total);
    announce(t("%(sentence)s: %(total)s records", { sentence: sentence(), total: mass(summary.total) }));
  }, problem);
}

function loadWeeks() {
  byId("timeline").classList.add("loading");
  const span = spanWindow();
  quietly(async () => {
    const answer = await lanes.weeks("/api/summary", { ...filters(), window: windowText(span) });
    showWeeks(answer.by_week ?? {}, span);
  }, () => showWeeks({}, span));
}

function loadBeside() {
  if (!hasLayer("cells") || resolution === null) return;
  quietly(async () => setBeside(await lanes.beside("/api/summary", { ...filters(), resolution })), () => setBeside(null));
}

function loadRuns() {
  const asked = { head: get("heads").length === 1 ? get("heads")[0] : "", jurisdiction: get("jurisdiction") };
  if (hasLayer("forecast")) {
    quietly(async () => showRun(await lanes.forecast("/api/forecasts/latest", asked)),
      // 409: there is one, but it has expired; its own words say so.
      (error) => { setRun("forecast", error.status === 409 && error.detail ? { refused: error.detail } : null); setForecastCells([]); });
  }
  if (hasLayer("hotspots")) {
    quietly(async () => { const answer = await lanes.hotspots("/api/hotspots/latest", { jurisdiction: asked.jurisdiction }); setRun("hotspots", answer?.run ? answer : null); }, () => setRun("hotspots", null));
  }
}

/** The run in the middle of things: tiles may show several areas' runs side by side, the legend speaks of the one that fills the view. */
function followRun() {
  if (!hasLayer("forecast")) return;
  const counts = new Map();
  for (const { properties } of visibleCells(map, "forecast")) if (properties.run) counts.set(properties.run, (counts.get(properties.run) ?? 0) + 1);
  const [found] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [null];
  if (found === null || found === runShown) return;
  runShown = found;
  quietly(async () => showRun(await lanes.forecast(`/api/forecasts/${found}`)));
}

function showRun(answer) {
  runShown = answer?.run?.id ?? null;
  setRun("forecast", answer?.run ? answer : null);
  setForecastCells(answer?.cells);
  if (get("cell")) openPanel();
}

/** A tile that failed is said, since a hole in the map looks like ground without records. */
function tileFailed(error) {
  holes = true;
  byId("map-empty").hidden = true;
  if (byId("problem").hidden) problem({ status: error?.status ? 1 : 0, detail: t("Part of the map could not be read. What looks empty there may not be.") });
}

/** One quiet line above the map when the server does not answer, with the way to try again. */
function problem(error) {
  const bar = byId("problem");
  bar.hidden = !error && !holes;
  if (!error) return;
  const words = error.status === 403 ? t("You may not see this.") : error.status === 0 ? t("The server does not answer.") : error.detail || t("The server answered with an error.");
  replace(bar, icon("warn", "icon-small"), el("span", {}, words), el("button", { type: "button", class: "button button-quiet button-small", onclick: reload }, t("Try again")));
}

function reload() {
  holes = false;
  problem(null);
  redraw(map);
  loadNumbers();
  loadWeeks();
  loadBeside();
  loadRuns();
}

function followZoom() {
  const features = visibleCells(map);
  const now = features[0]?.properties.res ?? null;
  if (now !== null && now !== resolution) {
    resolution = now;
    setResolution(now);
    loadBeside();
  }
  return features;
}

/** The picture is whole. What is said about it must not keep it from the screen. */
function settled() {
  document.body.classList.add("map-ready");
  useful();
  goOn("controls"); // one picture with the map, and so is the legend: a colour never means what it meant before
  mapDrawn();
  if (describing || !stale) return;
  describing = true;
  stale = false;
  awaited = false;
  drawLegend();
  afterPaint(describe);
}

function describe() {
  describing = false;
  if (!awaited) comes(false);
  clearTimeout(telling);
  if (hurried) telling = setTimeout(tell, REST_MS);
  else tell();
}

/** What is said of the picture: address, numbers, timeline, table. */
function tell() {
  writeAddress();
  completeGround(map);
  for (const name of [...afterwards.keys()]) goOn(name);
  const features = followZoom();
  followRun();
  if (resolution === null) setBeside(null); // no cell in view: there is no size of cells to speak of
  clearTimeout(table);
  table = setTimeout(drawTable, get("mode") === "data" ? 0 : TABLE_MS);
  const empty = byId("map-empty");
  empty.hidden = !(hasLayer("cells") && features.length === 0 && !isPlaying() && !holes);
}

function drawTable() {
  clearTimeout(table);
  drawList(visibleCells(map, hasLayer("forecast") ? "forecast" : "cells"));
}

/** Whether the map that answers the filters is still to come. */
function comes(still) {
  awaited = still;
  byId("map").classList.toggle("loading", still);
  clearTimeout(slow);
  if (still) slow = setTimeout(() => byId("map").classList.add("slow"), SLOW_MS);
  else byId("map").classList.remove("slow");
}

function changed(keys) {
  stale = true;
  const filtered = touches(keys);
  if (filtered) {
    filterAsked();
    clearTimeout(telling);
    hurried = performance.now() - filteredAt < HURRY_MS;
    filteredAt = performance.now();
  }
  if (filtered || keys.has("layer")) {
    clearTimeout(table);
    holes = false;
    refresh(map);
    hideHover();
    forget();
  }
  if (filtered) {
    comes(true);
    map.triggerRepaint(); // also where the tiles asked for are those that are there: nothing else would say that it is drawn
    for (const asked of [lanes.summary, lanes.before, lanes.beside]) asked.stop(); // what is on its way answers an older filter
    afterMap("numbers", loadNumbers);
    if (get("cell")) openPanel();
  }
  if (touches(keys, [...FILTER_KEYS.filter((key) => key !== "window"), "span"])) { lanes.weeks.stop(); afterMap("weeks", loadWeeks); }
  if (touches(keys, ["layer", "heads", "jurisdiction"])) loadRuns();
  if (keys.has("layer")) loadBeside();
  if (keys.has("cell")) { mark(map, get("cell") || null); openPanel(); if (get("cell") && isPhone()) flipSheet("panel", true); }
  if (keys.has("mode")) { showMode(); if (get("mode") === "data" && !describing) drawTable(); }
  if (keys.has("at")) { const [lat, lng, zoom] = get("at").split(",").map(Number); if (Number.isFinite(zoom)) map.jumpTo({ center: [lng, lat], zoom }); }
  for (const key of keys) pressed.add(key);
  afterMap("controls", drawControls, filtered ? PRESSED : 0);
}

/** What was pressed, as it stands now. */
function drawControls() {
  const keys = pressed;
  pressed = new Set();
  if (keys.has("window")) drawTimeline();
  if (touches(keys, ["layer", "heads", "jurisdiction"])) drawLegend();
  if (touches(keys)) rail.draw(keys);
  drawChips();
}

function showMode() {
  const data = get("mode") === "data";
  document.body.classList.toggle("mode-data", data);
  for (const button of document.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String((button.dataset.mode === "data") === data));
}

function choose(feature) {
  hideHover();
  if (feature.layer.id === "points") {
    location.assign(`/records/${encodeURIComponent(feature.id ?? feature.properties.id)}?from=${encodeURIComponent(location.pathname + search())}`);
    return;
  }
  if (feature.layer.id === "forecast") setClicked(feature.properties);
  set({ cell: feature.properties.cell }, { push: true });
}

async function copyLink() {
  try {
    await copyAddress();
    announce(t("Link copied"));
    byId("copy-link").classList.add("done");
    setTimeout(() => byId("copy-link").classList.remove("done"), 1400);
  } catch { /* Without the right to the clipboard the address bar still holds the link. */ }
}

const ACTIONS = [
  { keys: [" "], label: t("Play or pause"), run: flipPlay },
  { keys: ["ArrowLeft"], label: t("Window before"), run: () => step(-1) },
  { keys: ["ArrowRight"], label: t("Window after"), run: () => step(1) },
  { keys: ["["], label: t("Narrower window"), run: () => stretch(0.5) },
  { keys: ["]"], label: t("Wider window"), run: () => stretch(2) },
  { keys: ["1", "2", "3", "4"], label: t("Layers"), run: (key) => flipLayer(LAYERS[Number(key) - 1]) },
  { keys: ["l"], label: t("Legend"), run: () => flipSheet("legend") },
  { keys: ["f"], label: t("Filters"), run: () => flipSheet("rail") },
  { keys: ["r"], label: t("Records"), run: () => flipSheet("panel") },
  { keys: ["m"], label: t("Map"), run: () => set({ mode: "map" }, { push: true }) },
  { keys: ["d"], label: t("Data as a table"), run: () => set({ mode: "data" }, { push: true }) },
  { keys: ["g"], label: t("Go to coordinates"), run: focusSearch },
  { keys: ["Escape"], label: t("Back"), run: () => { if (get("mode") === "data") set({ mode: "map" }); else set({ cell: "" }, { push: true }); } },
];

function startTools(home) {
  byId("zoom-in").addEventListener("click", () => map.zoomIn());
  byId("zoom-out").addEventListener("click", () => map.zoomOut());
  byId("go-home").addEventListener("click", () => (home.bounds ? fly(map, { bbox: home.bounds.flat() }) : map.flyTo(home)));
  byId("copy-link").addEventListener("click", copyLink);
  byId("print").addEventListener("click", printPage);
  byId("clear-filters").addEventListener("click", clear);
  for (const button of document.querySelectorAll("[data-mode]")) button.addEventListener("click", () => set({ mode: button.dataset.mode }, { push: true }));
  replace(byId("homes"), HOMES.map((place) => el("button", { type: "button", class: "choice", onclick: () => map.flyTo({ center: place.center, zoom: place.zoom, duration: 1200 }) }, place.name())),
    el("button", { type: "button", class: "choice", onclick: () => fly(map, COUNTRY) }, t("Whole country")));
}

async function start() {
  const session = await startSession();
  setEnd(endOf(session) ?? undefined);
  if (session.user?.jurisdiction) rail.rememberJurisdictions([session.user.jurisdiction]);
  onArea((place) => place && rail.rememberJurisdictions([place]));
  if (session.forecasting === false || (session.permissions && !session.permissions.includes("see_forecasts"))) without("forecast");
  if (session.permissions && !session.permissions.includes("see_records")) without("points");
  const home = homeOf(session);
  document.body.classList.toggle("kiosk", get("kiosk") === "1");
  startSheets();
  onSheet(() => map?.resize());
  try {
    map = startMap(home);
  } catch (error) {
    byId("map").classList.remove("loading");
    set({ mode: "data" }, { quiet: true });
    problem({ status: 1, detail: t("This browser cannot draw the map (no WebGL). The filters and numbers still work.") });
    throw error;
  }
  startTools(home);
  startLegend(map);
  startTimeline();
  startPlay();
  startShell(session, { desk: "map", actions: ACTIONS, fly: (target) => fly(map, target), sentence });
  showMode();
  openPanel();
  loadNumbers();
  afterMap("weeks", loadWeeks);
  loadRuns();
  rail.startRail({ fly: (target) => fly(map, target) }).then(() => { drawChips(); openPanel(); }); // again, with the names of heads
  subscribe(changed);
  map.on("moveend", () => { stale = true; });
  byId("list").addEventListener("focus", drawTable); // who comes to the table by key does not wait for it
  keepScale(map, { frozen: isPlaying, drawn: () => { stale = true; settled(); }, settled });
  onCells(map, { over: showHover, out: hideHover, choose, nothing: () => get("cell") && set({ cell: "" }, { push: true }) });
  byId("map").addEventListener("tilefailed", (event) => tileFailed(event.detail));
  map.once("load", () => { refresh(map); mark(map, get("cell") || null); });
  globalThis.naqsha = { map, visibleCells: (layer) => visibleCells(map, layer).map((feature) => feature.properties) };
}


start().catch((error) => { problem(error.status === undefined ? { status: 1, detail: String(error.message) } : error); });
