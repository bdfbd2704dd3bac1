// The ticker: what has just come in, the newest first. Who reads further down is not disturbed: a button says what is new.
import { ask } from "./api.js";
import { bdi, byId, el, kindMark, replace } from "./dom.js";
import { named, t, tn, when } from "./i18n.js";
import { get, search } from "./state.js";
import { kindOne } from "./words.js";

const MOST = 120;
const FIRST = 40;
let records = [];
let newest = 0;
let held = [];
let flyTo = () => {};
let asking = null;

export function startTicker({ fly }) {
  flyTo = fly;
  byId("ticker-more").addEventListener("click", () => { byId("ticker").scrollTop = 0; release(); });
  byId("ticker").addEventListener("scroll", () => { if (byId("ticker").scrollTop < 24) release(); }, { passive: true });
}

const asked = () => ({ kinds: get("kinds").filter((kind) => kind !== "stay").join(","), heads: get("heads").join(","), jurisdiction: get("jurisdiction") });

/** From the start: the filter has changed. */
export async function loadTicker() {
  const mine = (asking = {});
  const answer = await ask("/api/control/records", { ...asked(), limit: FIRST });
  if (mine !== asking) return [];
  ({ records, newest } = answer);
  held = [];
  draw(new Set());
  return [];
}

/** What came in since; gives it. */
export async function followTicker() {
  const mine = (asking = {});
  const answer = await ask("/api/control/records", { ...asked(), after: newest, limit: FIRST });
  if (mine !== asking || !answer.records.length) return [];
  newest = answer.newest;
  held = [...answer.records, ...held].slice(0, MOST);
  const box = byId("ticker");
  // On a phone the page scrolls, not the list.
  const reading = box.scrollTop >= 24 || (box.scrollHeight <= box.clientHeight && box.getBoundingClientRect().top < -200);
  if (reading) {
    byId("ticker-more").hidden = false;
    byId("ticker-more").textContent = tn("%(n)s new: show", "%(n)s new: show", held.length);
  } else release();
  return answer.records;
}

function release() {
  byId("ticker-more").hidden = true;
  if (!held.length) return;
  const fresh = new Set(held.map((record) => record.id));
  records = [...held, ...records.filter((record) => !fresh.has(record.id))].slice(0, MOST);
  held = [];
  draw(fresh);
}

function draw(fresh) {
  replace(byId("ticker"), records.length ? records.map((record) => row(record, fresh.has(record.id)))
    : el("li", { class: "tick" }, el("span", {}), el("span", { class: "explain" }, t("Nothing has come in for this filter lately."))));
}

function row(record, isFresh) {
  const from = encodeURIComponent(location.pathname + search());
  const place = record.place && el("bdi", { lang: /[\u0600-\u06ff]/.test(record.place) ? "ur" : "en" }, record.place);
  return el("li", { class: `tick ${isFresh ? "fresh" : ""}`, data: { record: String(record.id) } },
    el("span", { class: "tick-mark" }, kindMark(record.kind)),
    el("div", { class: "tick-main" },
      el("a", { class: "tick-title", href: `/records/${record.id}?from=${from}` }, el("strong", {}, named(record.head)), " ", bdi(record.title, "code"), el("span", { class: "unseen" }, ` ${kindOne(record.kind)}`)),
      el("span", { class: "tick-line" }, el("bdi", {}, named(record.station)), place ? [t(", "), place] : record.protected && !record.point ? [t(", "), t("place held back")] : null),
      el("span", { class: "tick-line" }, t("Happened"), " ", bdi(when(record.occurred_from)))),
    el("div", { class: "tick-side" }, bdi(when(record.received_at, "time")),
      record.cancelled ? el("span", { class: "badge badge-bad" }, t("cancelled")) : null,
      record.point ? el("button", { type: "button", class: "button button-quiet button-small", "aria-label": t("Show %(what)s on the map", { what: record.title || named(record.head) }), onclick: () => flyTo({ center: record.point, zoom: 14 }) }, t("Show")) : null));
}
