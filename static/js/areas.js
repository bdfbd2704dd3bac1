// The area switcher: everything inside one's own scope, by name or down the tree. The choice is `jurisdiction=` in the URL.
import { isAbort, lane, ask } from "./api.js";
import { byId, el, icon, replace } from "./dom.js";
import { lang, named, t } from "./i18n.js";
import { get, set, subscribe } from "./state.js";
import { levelName } from "./words.js";

const WAIT = 180;
/** The list shows one answer, to what was asked last: the whole, slow to come, must not lie over what was found by name. */
const find = lane();
const known = new Map();
const listeners = new Set();
let session = null;

/** Calls back with the area that was chosen here: `{code, name, bbox, …}`, or null for all that one may see. */
export const onArea = (listener) => listeners.add(listener);
export const areaOf = (code) => known.get(code);

const remember = (places) => { for (const place of places) known.set(place.code, place); return places; };
const below = async (parent) => remember((await ask("/api/jurisdictions/own", { parent })).jurisdictions);
const listed = async (asked) => remember((await find("/api/jurisdictions/own", asked)).jurisdictions);
const within = (place) => (lang === "ur" && place.within_ur) || place.within || "";

export async function startAreas(reader) {
  session = reader;
  if (session.user?.jurisdiction) remember([session.user.jurisdiction]);
  byId("area").hidden = false;
  byId("area").addEventListener("click", openAreas);
  let waiting = null;
  byId("areas-find").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, WAIT); });
  byId("areas-find").addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); byId("areas-list").querySelector("button")?.focus(); }
    if (event.key === "Enter") { event.preventDefault(); byId("areas-list").querySelector("[data-code]")?.click(); }
  });
  byId("areas-list").addEventListener("keydown", walk);
  subscribe((changed) => { if (changed.has("jurisdiction")) name(); });
  const code = get("jurisdiction");
  if (code && !known.has(code)) {
    try {
      remember((await ask("/api/jurisdictions/own", { q: code })).jurisdictions);
    } catch { /* The code itself is shown then. */ }
  }
  name();
}

/** What the button says: the chosen area, else the reader's own. */
function name() {
  const code = get("jurisdiction");
  const place = code ? known.get(code) ?? { code } : session.user?.jurisdiction;
  const words = place ? named(place) : t("All that you may see");
  byId("area-name").textContent = words; // its direction is its own, so that a long name is cut at its end
  byId("area").setAttribute("aria-label", `${t("Area")}: ${words}`);
  byId("area").classList.toggle("chosen", Boolean(code));
}

export async function openAreas() {
  byId("areas").showModal();
  byId("areas-find").value = "";
  byId("areas-find").focus();
  replace(byId("areas-list"), el("span", { class: "skeleton skeleton-row" }), el("span", { class: "skeleton skeleton-row" }));
  await show(() => listed({}), { whole: true });
}

async function look() {
  const q = byId("areas-find").value.trim();
  if (!q) { await show(() => listed({}), { whole: true }); return; }
  await show(() => listed({ q }), { found: true });
}

async function show(read, { whole = false, found = false } = {}) {
  try {
    const places = await read();
    const all = whole ? el("li", {}, el("div", { class: "area-row" }, choice(null))) : null;
    replace(byId("areas-list"), places.length ? el("ul", {}, all, places.map((place) => row(place, found))) : el("p", { class: "explain" }, t("No area of that name in what you may see.")));
    // One top: its branches are shown at once.
    if (whole && places.length === 1) byId("areas-list").querySelector("[aria-expanded=false]")?.click();
  } catch (error) {
    if (!isAbort(error)) replace(byId("areas-list"), el("p", { class: "explain", role: "alert" }, t("The areas could not be read. Try again.")));
  }
}

function choice(place, found) {
  const now = get("jurisdiction") === (place?.code ?? "");
  return el("button", { type: "button", class: "area-choice", "aria-pressed": String(now), data: { code: place?.code ?? "" }, onclick: () => choose(place) },
    el("span", {}, place ? named(place) : t("All that you may see")),
    place ? el("small", {}, levelName(place.level), place.derived ? ` · ${t("derived")}` : "", found && within(place) ? [" · ", el("bdi", {}, within(place))] : null) : null,
    now ? icon("check", "icon-small") : null);
}

function row(place, found) {
  const branch = el("ul", { hidden: true });
  const opener = place.has_below && !found ? el("button", {
    type: "button", class: "tool area-open", "aria-expanded": "false", "aria-label": t("What lies in %(area)s", { area: named(place) }),
    onclick: async (event) => {
      const button = event.currentTarget;
      const open = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", String(open));
      branch.hidden = !open;
      if (open && !branch.childElementCount) {
        try {
          replace(branch, (await below(place.code)).map((each) => row(each)));
        } catch { button.setAttribute("aria-expanded", "false"); }
      }
    },
  }, icon("side", "icon-small")) : el("span", { class: "area-open" });
  return el("li", {}, el("div", { class: "area-row" }, opener, choice(place, found)), branch);
}

/** Up and down through what is open; start and end of a line open and close a branch. */
function walk(event) {
  const rows = [...byId("areas-list").querySelectorAll(".area-choice")].filter((button) => button.offsetParent);
  const at = rows.indexOf(event.target.closest(".area-row")?.querySelector(".area-choice"));
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    if (at + step < 0) byId("areas-find").focus();
    else rows[Math.min(rows.length - 1, at + step)]?.focus();
    return;
  }
  const [forward, back] = document.dir === "rtl" ? ["ArrowLeft", "ArrowRight"] : ["ArrowRight", "ArrowLeft"];
  const opener = event.target.closest(".area-row")?.querySelector("[aria-expanded]");
  if ((event.key === forward || event.key === back) && opener && (opener.getAttribute("aria-expanded") === "true") === (event.key === back)) {
    event.preventDefault();
    opener.click();
  }
}

function choose(place) {
  byId("areas").close();
  // One's own area is the default, and needs no word in the address.
  const own = session.user?.jurisdictions?.length === 1 && place?.code === session.user.jurisdictions[0];
  set({ jurisdiction: own ? "" : place?.code ?? "" }, { push: true });
  for (const listener of listeners) listener(place);
}
