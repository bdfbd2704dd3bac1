// The control desk: what comes in, what rings and how fresh it all is, live. It follows the browser's clock and says how far the data reach.
import { announce } from "./announce.js";
import { drawLayers, flipNth, loadLayers, needed, startLayers } from "./control-layers.js";
import { flyTo, jumpTo, refreshMap, setFresh, startControlMap } from "./control-map.js";
import { loadAlerts, loadFeeds, startSide } from "./control-side.js";
import { followTicker, loadTicker, startTicker } from "./control-ticker.js";
import { byId, el, replace } from "./dom.js";
import { homeOf } from "./homes.js";
import { t, tn, when } from "./i18n.js";
import { isKiosk, startKiosk } from "./kiosk.js";
import { startLive } from "./live.js";
import { filterAsked, mapDrawn, rowsFirst, useful } from "./marks.js";
import { startSession } from "./session.js";
import { startShell } from "./shell.js";
import { get, search, set, setDefaults, setEnd, subscribe, touches } from "./state.js";
import { toDays } from "./time.js";
import { kindName } from "./words.js";

const WINDOWS = [["-1d", () => t("Today")], ["-7d", () => t("7 days")], ["-28d", () => t("4 weeks")]];
const MINUTE = 60_000;
/** How long a record that came in has its ring. */
const FRESH = 5 * MINUTE;
const KEYS = ["window", "kinds", "heads", "shift", "jurisdiction"];
const today = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: "Asia/Karachi" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false, timeZone: "Asia/Karachi" });
const STATES = { live: () => t("live"), connecting: () => t("connecting …"), polling: () => t("every 30 seconds"), offline: () => t("no connection") };

setDefaults({ window: "-7d", kinds: "fir,complaint", layer: "firs,complaints,cells,places" });
let ringed = []; // {point, at}
let day = "";

/** The browser's clock; windows end with its day, and move on at midnight. */
function tick() {
  const now = new Date();
  byId("clock").textContent = clock.format(now);
  const its = today.format(now);
  if (its === day) return;
  const first = !day;
  day = its;
  setEnd(toDays(its) + 1);
  if (!first) { refreshMap(); loadAlerts().catch(() => {}); }
}

function drawWindows() {
  replace(byId("windows"), WINDOWS.map(([window, label]) => el("button", { type: "button", class: "choice", "aria-pressed": String(get("window") === window), onclick: () => set({ window }) }, label())));
}

function ring() {
  const now = Date.now();
  ringed = ringed.filter((each) => now - each.at < FRESH);
  setFresh(ringed.map((each) => ({ point: each.point, age: Math.min(1, (now - each.at) / FRESH) })));
}

/** Something changed: the ticker first, since an officer waits for it; then the map's tiles. */
async function changedThere({ kinds }) {
  try {
    const came = await followTicker();
    if (came.length) {
      ringed.push(...came.filter((record) => record.point).map((record) => ({ point: record.point, at: Date.now() })));
      ring();
      announce(tn("%(n)s new record", "%(n)s new records", came.length));
    }
    refreshMap({ again: true, kinds });
  } catch { /* The state line says that there is no connection. */ }
}

function changed(keys) {
  const filtered = touches(keys, KEYS);
  if (filtered) filterAsked();
  if (filtered || keys.has("layer")) { refreshMap(); needed().catch(() => {}); drawLayers(); }
  if (filtered) { drawWindows(); loadTicker().catch(() => {}); loadAlerts().catch(() => {}); }
  if (keys.has("at")) jumpTo(get("at"));
}

const sentence = () => [get("kinds").map(kindName).join(t(", ")), WINDOWS.find(([window]) => window === get("window"))?.[1]() ?? get("window")].join(" · ");

const ACTIONS = [
  { keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], shown: ["1", "…", "9"], label: t("Layers on and off"), run: (key) => flipNth(Number(key)) },
  { keys: ["n"], label: t("Newest records"), run: () => { byId("ticker").scrollTop = 0; byId("ticker").focus(); } },
  { keys: ["k"], label: t("Kiosk: saved views in turn, no controls"), run: () => location.assign(`/control${search({ kiosk: isKiosk() ? "" : "1" })}`) },
  { keys: ["Escape"], label: t("Out of the kiosk"), run: () => { if (isKiosk()) location.assign(`/control${search({ kiosk: "" })}`); } },
];

async function start() {
  const session = await startSession();
  tick();
  setInterval(tick, 1000);
  const without = session.forecasting === false || !session.permissions.includes("see_forecasts") ? ["forecast"] : [];
  const home = homeOf(session);
  const fly = (target) => flyTo(target);
  drawWindows();
  startTicker({ fly });
  startSide({ fly });
  startLayers({ without });
  subscribe(changed);
  const rows = loadTicker().then(useful);
  const data = Promise.allSettled([rows, loadFeeds()]);
  startShell(session, { desk: "control", actions: ACTIONS, fly, sentence });
  await rowsFirst(rows);
  try {
    const map = startControlMap(home, {
      ready: () => { document.body.classList.add("map-ready"); mapDrawn(); drawLayers(); },
      open: (id) => location.assign(`/records/${encodeURIComponent(id)}?from=${encodeURIComponent(`/control${search()}`)}`),
    });
    map.once("style.load", () => { refreshMap(); loadLayers().catch(() => {}); });
    globalThis.naqsha = { map };
  } catch {
    replace(byId("map"), el("p", { class: "problem", role: "alert" }, t("This browser cannot draw the map (no WebGL). The filters and numbers still work.")));
  }
  await data;
  loadAlerts().catch(() => {});
  startLive({
    data: changedThere,
    state: (name) => { byId("live-state").dataset.state = name; byId("live-words").textContent = STATES[name](); },
  });
  setInterval(() => { loadFeeds().catch(() => {}); loadAlerts().catch(() => {}); ring(); }, MINUTE);
  startKiosk("control", () => announce(byId("view-name").textContent));
}

start().catch((error) => replace(byId("ticker"), el("li", { class: "tick" }, el("span", {}), el("span", { role: "alert" }, error.detail || t("The server does not answer."), " ", el("bdi", {}, when(new Date().toISOString(), "time"))))));
