// Kept plans: what was planned and visited, with the cards to print; and week by week.
import { isAbort, lane, send } from "./api.js";
import { bdi, byId, el, replace } from "./dom.js";
import { day, lang, mass, number, percent, t } from "./i18n.js";
import { shiftName } from "./words.js";

const lanes = { plans: lane(), weeks: lane() };

export async function loadKept(area) {
  try {
    const [{ plans }, { weeks }] = await Promise.all([lanes.plans("/api/beats/plans", { jurisdiction: area }), lanes.weeks("/api/beats/weeks", { jurisdiction: area })]);
    replace(byId("kept-list"), plans.length ? plans.map((plan) => card(plan, area)) : el("p", { class: "explain" }, t("No plan is kept for this area yet.")));
    drawWeeks(weeks);
  } catch (error) {
    if (!isAbort(error)) replace(byId("kept-list"), el("p", { role: "alert" }, error.detail || t("The plans could not be read. Try again.")));
  }
}

function card(plan, area) {
  const open = `/beats/plans/${plan.id}`;
  return el("article", { class: `kept ${plan.withdrawn_at ? "withdrawn" : ""}` },
    el("h2", {}, el("a", { href: open }, t("Plan %(number)s", { number: plan.id })), plan.withdrawn_at ? el("span", { class: "badge badge-warn" }, t("withdrawn")) : null),
    el("p", {}, t("week from %(day)s", { day: day(plan.week_start) }), " · ", plan.shift ? shiftName(plan.shift) : t("All day"), " · ", el("bdi", {}, lang === "ur" ? plan.jurisdiction_name_ur || plan.jurisdiction_name : plan.jurisdiction_name)),
    el("p", { class: "explain" }, t("%(places)s places, %(visits)s visits, %(minutes)s minutes visited; covers %(share)s. By %(officer)s.", { places: number(plan.places), visits: number(plan.visits), minutes: number(plan.visited), share: percent(plan.total ? plan.covered / plan.total : 0), officer: plan.made_by ?? "" })),
    el("p", { class: "kept-tools" },
      el("a", { class: "button button-quiet button-small", href: open }, t("Visits")),
      el("a", { class: "button button-quiet button-small", href: `${open}/cards.pdf?lang=en`, lang: "en" }, t("Cards in English")),
      el("a", { class: "button button-quiet button-small", href: `${open}/cards.pdf?lang=ur` }, t("Cards in Urdu")),
      plan.withdrawn_at ? null : el("button", { type: "button", class: "button button-quiet button-small", onclick: async () => { await send("POST", `/api/beats/plans/${plan.id}/withdraw`); loadKept(area); } }, t("Withdraw"))));
}

function drawWeeks(weeks) {
  replace(byId("kept-weeks"), weeks.length ? el("table", { class: "table" },
    el("caption", {}, t("Planned, visited and happened, week by week")),
    el("thead", {}, el("tr", {}, [t("Week"), t("Places"), t("Visited places"), t("Planned minutes"), t("Visited minutes"), t("Happened within reach, of all")].map((label) => el("th", { scope: "col" }, label)))),
    el("tbody", {}, weeks.map((week) => el("tr", {}, el("th", { scope: "row" }, bdi(day(week.week_start))), [week.planned_places, week.visited_places, week.planned_minutes, week.visited_minutes].map((value) => el("td", { class: "end" }, bdi(number(value)))),
      el("td", { class: "end" }, Date.parse(week.week_start) > Date.now() ? t("not begun") : week.by_plan.map((plan) => el("div", {}, bdi(`${mass(plan.happened_near)} / ${mass(plan.happened)}`)))))))) : null);
}
