// One record of the pin desk in words: what it says of its place, what the geocoder made of it and why, and the candidates.
import { bdi, byId, el, icon, replace } from "./dom.js";
import { lang, named, t, when } from "./i18n.js";
import { methodName, reasonText } from "./words.js";

const urdu = (text) => /[\u0600-\u06ff]/.test(text);
export const far = (metres) => (metres >= 1000 ? t("%(n)s km", { n: (metres / 1000).toFixed(1) }) : t("%(n)s m", { n: Math.round(metres) }));

/** Draws the open record; `choose(index)` takes a candidate. */
export function drawWords({ record, fix, candidates, station }, choose) {
  const detail = record.detail ?? {};
  replace(byId("pins-words"),
    el("header", {}, el("h2", {}, lang === "ur" ? record.head_name_ur : record.head_name, " ", bdi(record.title ?? "", "code")),
      el("p", { class: "explain" }, el("bdi", {}, when(record.occurred_from)), " · ", named(record.station), " · ", el("a", { href: `/records/${encodeURIComponent(record.id)}?from=/pins`, target: "_blank", rel: "noopener" }, t("Open the record")))),
    el("blockquote", { class: "pins-place text", dir: "auto", lang: record.place && urdu(record.place) ? "ur" : "en" }, record.place || t("The record has no words of its place.")),
    detail.distance_m === null || detail.distance_m === undefined ? null : el("p", { class: "pins-bearing" }, icon("arrow", "icon-small"), t("%(far)s from the thana, %(direction)s", { far: far(detail.distance_m), direction: detail.direction || t("direction not said") })),
    record.narrative ? el("details", { class: "pins-story" }, el("summary", {}, t("In the record's words")), el("p", { class: "text", dir: "auto", lang: urdu(record.narrative) ? "ur" : "en" }, record.narrative)) : null,
    fix ? el("section", {}, el("h3", {}, t("What the geocoder believes")),
      el("p", {}, methodName(fix.method), fix.accuracy_m ? [" · ", t("nine tenths of it lie within %(far)s", { far: far(fix.accuracy_m) })] : null, " · ", t("Score"), " ", bdi((fix.score ?? 0).toFixed(2))),
      el("ul", { class: "reasons" }, (fix.reasons ?? []).map((reason) => el("li", {}, icon("info", "icon-small"), el("span", {}, reasonText(reason, station)))))) : null,
    candidates.length ? el("section", {}, el("h3", {}, t("Candidates")),
      el("ol", { class: "candidates" }, candidates.map((candidate, index) => el("li", {},
        el("button", { type: "button", class: "candidate", "aria-pressed": "false", data: { index: String(index) }, onclick: () => choose(index) },
          el("kbd", { "aria-hidden": "true" }, String(index + 1)),
          el("span", {}, el("strong", {}, named(candidate)), candidate.kind ? el("small", {}, ` ${kindOf(candidate.kind)}`) : null,
            (candidate.reasons ?? []).map((reason) => el("small", { class: "candidate-why" }, reasonText(reason, station)))),
          typeof candidate.score === "number" ? bdi(candidate.score.toFixed(2)) : null))))) : null);
}

function kindOf(kind) {
  return {
    landmark: t("landmark"), poi: t("landmark"), locality: t("settlement"), neighbourhood: t("neighbourhood"), street: t("street"), area: t("area"), station: t("police station"), junction: t("junction"), local_name: t("local name"),
  }[kind] ?? kind;
}
