// Beside the map: how fresh the feeds are, what exceeds its usual number, and how the last weeks went.
import uPlot from "uplot";
import { ask } from "./api.js";
import { bdi, byId, el, icon, replace } from "./dom.js";
import { day, mass, named, number, t, tn, when } from "./i18n.js";
import { get } from "./state.js";
import { onTheme } from "./theme.js";

let flyTo = () => {};
let series = null;
let plot = null;

export function startSide({ fly }) {
  flyTo = fly;
  onTheme(() => drawChart());
}

const hours = (value) => (value < 48 ? tn("%(n)s hour", "%(n)s hours", Math.round(value)) : tn("%(n)s day", "%(n)s days", Math.round(value / 24)));

export async function loadFeeds() {
  const { feeds, data_to: reached } = await ask("/api/control/feeds");
  byId("data-to").textContent = reached ? when(reached) : t("no data yet");
  const stale = feeds.filter((feed) => feed.state === "stale");
  replace(byId("banners"), stale.map((feed) => el("p", { class: "banner", role: "alert" }, icon("warn"),
    el("span", {}, t("%(source)s has fallen silent: nothing for %(time)s. The map does not show what happened since.", { source: feed.name, time: hours(feed.lag_hours) })))));
  replace(byId("feeds"), feeds.length ? feeds.map((feed) => el("li", { class: `feed ${feed.state}` },
    el("span", {}, el("bdi", {}, feed.name), feed.synthetic ? [" ", el("span", { class: "badge badge-warn" }, t("synthetic"))] : null),
    el("small", {}, feed.state === "archive" ? [t("An archive, not a feed"), " · "] : feed.state === "stale" ? [t("Silent"), " · "] : null,
      t("Data to"), " ", bdi(feed.data_to ? when(feed.data_to, feed.state === "archive" ? "moment" : "short") : "–"), " · ", t("received"), " ", bdi(when(feed.received_at, "short")))))
    : el("li", { class: "feed archive" }, el("span", {}, t("No source has brought anything yet."))));
  return stale.length;
}

export async function loadAlerts() {
  const answer = await ask("/api/control/alerts", { kinds: get("kinds").filter((kind) => kind !== "stay").join(","), heads: get("heads").join(","), jurisdiction: get("jurisdiction") });
  replace(byId("alerts"), answer.alerts.length ? answer.alerts.map(alertRow) : el("li", { class: "explain" }, t("Nothing exceeds its usual number.")));
  byId("alerts-rule").textContent = ruleWords(answer);
  series = answer.series;
  drawChart();
  return answer.alerts;
}

function alertRow(alarm) {
  const name = alarm.level === "station" ? named(alarm) : t("Cell");
  return el("li", {}, el("button", { type: "button", class: "alert-row", onclick: () => flyTo({ center: [alarm.lon, alarm.lat], zoom: alarm.level === "station" ? 13 : 12.5 }) },
    el("strong", {}, el("bdi", {}, name), alarm.cell ? [" ", bdi(alarm.cell, "code")] : null), el("span", { class: "alert-number" }, bdi(mass(alarm.observed))),
    el("small", {}, t("usual %(usual)s a day, nine days of ten %(low)s to %(high)s", { usual: mass(alarm.expected), low: mass(alarm.low), high: mass(alarm.high) }))));
}

/** The threshold and the base rate, in words: a bell without them says nothing. */
function ruleWords({ rule, from, until }) {
  const told = Object.entries(rule.levels).filter(([, level]) => level).map(([name, level]) => (name === "station"
    ? t("%(n)s stations: rang %(rate)s times a week in the last %(weeks)s weeks", { n: number(level.units), rate: mass(level.rang_a_week), weeks: rule.replayed_weeks })
    : t("%(n)s cells: rang %(rate)s times a week in the last %(weeks)s weeks", { n: number(level.units), rate: mass(level.rang_a_week), weeks: rule.replayed_weeks })));
  if (!told.length) return t("Too little is known of the last weeks to say what is usual.");
  return [t("24 hours to %(until)s against %(weeks)s weeks before. Chance alone rings at most %(rate)s a week for stations and as often for cells.", { until: when(until), weeks: rule.weeks, rate: mass(rule.false_alarms_a_week), from }), `${told.join("; ")}.`,
    t("Late registration makes the last day look low.")].join(" ");
}

/** Records a day over the weeks of the rule; the words above it are its table twin. */
function drawChart() {
  const box = byId("chart");
  plot?.destroy();
  plot = null;
  box.hidden = !series || series.mass.length < 14 || document.body.classList.contains("kiosk");
  if (box.hidden) return;
  const last = series.mass.at(-1);
  const usual = series.mass.slice(0, -1).reduce((sum, value) => sum + value, 0) / (series.mass.length - 1);
  byId("chart-words").textContent = t("Records a day: %(last)s on %(day)s, usually %(usual)s.", { last: mass(last), day: day(series.days.at(-1)), usual: mass(usual) });
  const css = getComputedStyle(document.body);
  const colour = (name) => css.getPropertyValue(name).trim();
  plot = new uPlot({
    width: byId("chart-box").clientWidth || 260, height: 84, legend: { show: false }, cursor: { show: false }, padding: [4, 14, 0, 14],
    series: [{}, { stroke: colour("--accent"), fill: colour("--accent-soft"), width: 1.5, points: { show: false } }],
    axes: [{ stroke: colour("--ink-3"), grid: { show: false }, ticks: { show: false }, size: 20, font: "10px Inter", values: (_, marks) => marks.map((mark) => day(new Date(mark * 1000).toISOString(), "mark")) }, { show: false, range: (_, low, high) => [0, Math.max(1, high)] }],
  }, [series.days.map((each) => Date.parse(`${each}T00:00:00Z`) / 1000), series.mass], byId("chart-box"));
}
