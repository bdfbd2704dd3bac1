// What the pages of forecasts share: names of methods, scores and verdicts in an officer's words.
import { bdi, el, icon } from "./dom.js";
import { lang, percent, t } from "./i18n.js";
import { shiftName } from "./words.js";

/** A method by its name in the registry; one that has no words yet shows its own name. */
export function methodTitle(method) {
  return {
    shown: t("what was shown"), last_year: t("last year's counts"), decayed_mean: t("decayed mean"), smoothed_decayed_mean: t("smoothed decayed mean"),
    retrospective_kde: t("density of past places"), prospective_kde: t("density of recent places"), self_exciting: t("self-exciting process"),
    hierarchical: t("hierarchical counts"), kernel_mixture: t("mixture of kernels"), boosting: t("boosted trees"), stack: t("weighted methods together"),
    pooled_boosting: t("boosted trees for all heads"), published: t("weighted methods together"),
  }[method] ?? String(method).replaceAll("_", " ");
}

export const stateTitle = (state) => ({ draft: t("draft"), published: t("published"), expired: t("expired"), withdrawn: t("withdrawn") }[state] ?? state);

export const own = (thing, name) => (lang === "ur" ? thing[`${name}_name_ur`] || thing[`${name}_name`] : thing[`${name}_name`]) || thing[name];

/** A share as per cent with one decimal, or a dash where there was nothing to divide by. */
export const share = (value) => (value === null || value === undefined ? "–" : percent(value, 1));
export const ratio = (value, digits = 2) => (value === null || value === undefined ? "–" : value.toFixed(digits));

const points = (value) => `${value < 0 ? "−" : value > 0 ? "+" : "±"}${(Math.abs(value) * 100).toFixed(1)}`;

/** How what was shown did against a plain rule: in words, with the difference and its interval. */
export function verdict(other) {
  const word = { better: t("better"), worse: t("worse"), same: t("the same"), unclear: t("no clear difference") }[other.verdict];
  const mark = { better: "trend", worse: "warn" }[other.verdict];
  return el("span", { class: "versus" }, el("span", { class: `verdict verdict-${other.verdict}` }, mark ? icon(mark, "icon-small") : null, word),
    other.verdict === "same" ? null : el("small", {}, bdi(`${points(other.difference)} %${other.low === null ? "" : ` (${points(other.low)} … ${points(other.high)})`}`)),
    el("small", {}, t("than %(rule)s", { rule: methodTitle(other.rule) })));
}

export const partOfDay = (shift) => (shift ? shiftName(shift) : t("whole day"));
