// The histogram under the map. Drag to choose a window, drag the middle to move it, the ends to stretch it, double-click for all.
// Time runs left to right in both languages, as on the officers' own charts.
import { byId, el, replace, svg } from "./dom.js";
import { day, mass, t, tn } from "./i18n.js";
import { fromDays, monday, toDays, windowText } from "./time.js";
import { currentWindow, dataEnd, get, set } from "./state.js";

const HEIGHT = 64;
const GRIP = 9;
let weeks = []; // [day of Monday, mass], the gaps filled with zero
let bins = []; // [from, to, mass] as drawn
let range = { from: 0, to: 1 };
let width = 600;
let drag = null;
let parts = null;

const x = (days) => ((days - range.from) / (range.to - range.from)) * width;
const dayAt = (pixel) => range.from + (pixel / width) * (range.to - range.from);
const clamp = (days) => Math.max(range.from, Math.min(range.to, days));

/** The span that the strip shows, as the API's window. */
export function spanWindow(first) {
  const end = dataEnd();
  const years = { "1y": 1, "3y": 3, "10y": 10 }[get("span")];
  const from = years ? monday(end - Math.round(years * 365.25)) : first ?? toDays("1989-01-02");
  // A window that begins earlier stretches the strip: what is chosen is always in sight.
  return { from: Math.min(from, monday(currentWindow().from)), to: end };
}

export function startTimeline() {
  const box = byId("timeline-chart");
  const chart = svg("svg", { class: "chart", role: "img", "aria-label": t("Records by week"), height: String(HEIGHT + 18) });
  parts = {
    chart, out: svg("path", { class: "bars" }), inside: svg("path", { class: "bars bars-in" }), axis: svg("g", { class: "axis" }),
    brush: svg("rect", { class: "brush", y: "0", height: String(HEIGHT), rx: "3" }),
    grips: [svg("rect", { class: "grip", width: "4", y: String(HEIGHT / 2 - 11), height: "22", rx: "2" }), svg("rect", { class: "grip", width: "4", y: String(HEIGHT / 2 - 11), height: "22", rx: "2" })],
    clip: svg("rect", { y: "0", height: String(HEIGHT + 1) }), line: svg("line", { class: "cross", y1: "0", y2: String(HEIGHT), visibility: "hidden" }),
  };
  chart.append(svg("defs", {}, svg("clipPath", { id: "within" }, parts.clip)), parts.out, parts.brush, parts.inside, parts.axis, parts.line, ...parts.grips);
  parts.inside.setAttribute("clip-path", "url(#within)");
  box.append(chart);
  chart.addEventListener("pointerdown", press);
  chart.addEventListener("pointermove", move);
  chart.addEventListener("pointerup", release);
  chart.addEventListener("pointercancel", () => { drag = null; draw(); });
  chart.addEventListener("pointerleave", () => tip(null));
  chart.addEventListener("dblclick", () => set({ window: windowText(range) }));
  new ResizeObserver(() => { width = Math.max(80, box.clientWidth); bin(); draw(); }).observe(box);
  for (const button of document.querySelectorAll("[data-span]")) button.addEventListener("click", () => set({ span: button.dataset.span }));
}

/** Takes the API's `by_week`: Monday to mass. */
export function showWeeks(byWeek, window) {
  range = window;
  const first = monday(window.from);
  weeks = [];
  for (let at = first; at < window.to; at += 7) weeks.push([at, byWeek[fromDays(at)] ?? 0]);
  byId("timeline").classList.remove("loading");
  bin();
  draw();
}

// Fewer pixels than two a week: put weeks together, always whole weeks, so that no bar is cut.
function bin() {
  const step = Math.max(1, Math.ceil((weeks.length * 2.4) / width));
  bins = [];
  for (let i = 0; i < weeks.length; i += step) {
    const group = weeks.slice(i, i + step);
    bins.push([group[0][0], group.at(-1)[0] + 7, group.reduce((sum, [, value]) => sum + value, 0)]);
  }
}

export function draw(window = currentWindow()) {
  if (!parts) return;
  parts.chart.setAttribute("viewBox", `0 0 ${width} ${HEIGHT + 18}`);
  parts.chart.setAttribute("width", String(width));
  const top = Math.max(1e-9, ...bins.map(([, , value]) => value));
  const gap = width / Math.max(1, bins.length) > 5 ? 1.2 : 0.5;
  const bars = bins.map(([from, to, value]) => {
    const left = x(Math.max(from, range.from));
    const high = value > 0 ? Math.max(1, (value / top) * (HEIGHT - 8)) : 0;
    return `M${left.toFixed(1)} ${HEIGHT}v${-high.toFixed(1)}h${Math.max(0.6, x(Math.min(to, range.to)) - left - gap).toFixed(1)}V${HEIGHT}z`;
  }).join("");
  parts.out.setAttribute("d", bars);
  parts.inside.setAttribute("d", bars);
  const from = x(clamp(window.from));
  const to = x(clamp(window.to));
  for (const rect of [parts.brush, parts.clip]) {
    rect.setAttribute("x", from.toFixed(1));
    rect.setAttribute("width", Math.max(2, to - from).toFixed(1));
  }
  parts.grips[0].setAttribute("x", (from - 2).toFixed(1));
  parts.grips[1].setAttribute("x", (Math.max(from + 2, to) - 2).toFixed(1));
  axis();
  caption(window);
  for (const button of document.querySelectorAll("[data-span]")) button.setAttribute("aria-pressed", String(button.dataset.span === get("span")));
}

function axis() {
  const marks = [svg("line", { class: "base", x1: "0", x2: String(width), y1: String(HEIGHT + 0.5), y2: String(HEIGHT + 0.5) })];
  const years = (range.to - range.from) / 365.25;
  const start = new Date(range.from * 86_400_000);
  const monthStep = years <= 1.2 ? 1 : years <= 4 ? 3 : 12 * Math.max(1, Math.ceil(years / (width / 60)));
  for (let year = start.getUTCFullYear(), month = 0; year < 2200;) {
    const at = Date.UTC(year, month, 1) / 86_400_000;
    if (at > range.to) break;
    const pixel = x(at);
    if (pixel >= 0 && pixel < width - 26) {
      const label = month === 0 ? String(year) : day(fromDays(at), "month");
      marks.push(svg("line", { class: month === 0 ? "tick tick-year" : "tick", x1: pixel.toFixed(1), x2: pixel.toFixed(1), y1: String(HEIGHT), y2: String(HEIGHT + 5) }));
      if (monthStep * (width / (years * 12)) > 30 || month === 0) marks.push(svg("text", { class: month === 0 ? "year" : "", x: (pixel + 4).toFixed(1), y: String(HEIGHT + 14), direction: "ltr" }, label));
    }
    month += monthStep;
    while (month >= 12) { month -= 12; year += 1; }
  }
  replace(parts.axis, marks);
}

/** The window in words: the days it holds, both ends shown as days inside it. */
export function windowWords({ from, to }) {
  return `${day(fromDays(from))} – ${day(fromDays(to - 1))}`;
}

function caption(window) {
  const days = window.to - window.from;
  replace(byId("timeline-window"), el("bdi", {}, windowWords(window)));
  byId("timeline-length").textContent = days % 7 === 0 && days < 400 ? tn("%(n)s week", "%(n)s weeks", days / 7) : days > 730 ? t("%(n)s years", { n: (days / 365.25).toFixed(1) }) : tn("%(n)s day", "%(n)s days", days);
}

function position(event) {
  return event.clientX - parts.chart.getBoundingClientRect().left;
}

function press(event) {
  if (event.button !== 0) return;
  parts.chart.setPointerCapture(event.pointerId);
  const at = position(event);
  const window = currentWindow();
  const from = x(clamp(window.from));
  const to = x(clamp(window.to));
  const mode = Math.abs(at - from) < GRIP ? "start" : Math.abs(at - to) < GRIP ? "end" : at > from && at < to ? "move" : "new";
  drag = { mode, at, window, now: window, moved: false };
}

function move(event) {
  const at = position(event);
  if (!drag) { tip(at); return; }
  if (Math.abs(at - drag.at) > 3) drag.moved = true;
  if (!drag.moved) return;
  const shift = Math.round(dayAt(at) - dayAt(drag.at));
  const { from, to } = drag.window;
  if (drag.mode === "move") {
    const held = Math.max(range.from - from, Math.min(range.to - to, shift));
    drag.now = { from: from + held, to: to + held };
  } else if (drag.mode === "start") drag.now = { from: Math.min(clamp(from + shift), to - 1), to };
  else if (drag.mode === "end") drag.now = { from, to: Math.max(clamp(to + shift), from + 1) };
  else {
    const [a, b] = [clamp(Math.round(dayAt(drag.at))), clamp(Math.round(dayAt(at)))].sort((p, q) => p - q);
    drag.now = { from: a, to: Math.max(b, a + 1) };
  }
  tip(null);
  draw(drag.now);
}

function release(event) {
  if (!drag) return;
  const { moved, now, mode } = drag;
  drag = null;
  if (moved) set({ window: windowText(now) });
  else if (mode === "new") {
    // A click beside the window brings the window there, at its own length.
    const length = now.to - now.from;
    const from = Math.round(Math.max(range.from, Math.min(range.to - length, dayAt(position(event)) - length / 2)));
    set({ window: windowText({ from, to: from + length }) });
  }
}

function tip(at) {
  const box = byId("timeline-tip");
  const found = at === null ? null : bins.find(([from, to]) => dayAt(at) >= from && dayAt(at) < to);
  box.hidden = !found;
  parts.line.setAttribute("visibility", found ? "visible" : "hidden");
  if (!found) return;
  parts.line.setAttribute("x1", at);
  parts.line.setAttribute("x2", at);
  replace(box, el("strong", {}, el("bdi", {}, mass(found[2]))), el("span", {}, windowWords({ from: found[0], to: found[1] })));
  box.style.insetInlineStart = `${Math.max(60, Math.min(width - 60, at))}px`;
}

/** Moves the window by its own length, kept inside the strip; false when there is no further to go. */
export function step(direction, loop = false) {
  const { from, to } = currentWindow();
  const length = to - from;
  let start = from + direction * length;
  if (start + length > range.to) {
    if (!loop) start = range.to - length;
    else start = range.from;
  }
  start = Math.max(range.from, start);
  if (start === from) return false;
  set({ window: windowText({ from: start, to: start + length }) });
  return true;
}

/** Narrower or wider about the window's end. */
export function stretch(factor) {
  const { from, to } = currentWindow();
  const length = Math.max(1, Math.round((to - from) * factor));
  set({ window: windowText({ from: Math.max(range.from, to - length), to }) });
}
