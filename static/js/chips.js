// The row of active filters, each with its way out, and the sentence that says what the map shows.
import { bdi, byId, el, icon, replace } from "./dom.js";
import { named, t } from "./i18n.js";
import { headName, jurisdictionOf } from "./rail.js";
import { DEFAULTS, currentWindow, get, set } from "./state.js";
import { windowWords } from "./timeline.js";
import { kindName, shiftHours, shiftName } from "./words.js";

function chip(words, remove) {
  return el("li", {}, el("button", { type: "button", class: "chip", onclick: remove, title: t("Remove this filter") }, words, icon("close", "icon-small"), el("span", { class: "unseen" }, t("Remove this filter"))));
}

export function drawChips() {
  const chips = [];
  if (get("window") !== DEFAULTS.window) chips.push(chip(el("bdi", {}, windowWords(currentWindow())), () => set({ window: "" })));
  if (get("kinds").join() !== DEFAULTS.kinds) chips.push(chip(get("kinds").map(kindName).join(t(", ")), () => set({ kinds: DEFAULTS.kinds })));
  for (const head of get("heads")) chips.push(chip(headName(head), () => set({ heads: get("heads").filter((other) => other !== head) })));
  if (get("shift")) chips.push(chip([shiftName(get("shift")), " ", bdi(shiftHours(get("shift")))], () => set({ shift: "" })));
  const code = get("jurisdiction");
  if (code) chips.push(chip(jurisdictionOf(code) ? named(jurisdictionOf(code)) : bdi(code), () => set({ jurisdiction: "" })));
  if (chips.length > 1) chips.push(el("li", {}, el("button", { type: "button", class: "chip chip-clear", onclick: clear }, t("Clear all"))));
  replace(byId("chips"), chips);
}

export function clear() {
  set({ window: "", kinds: DEFAULTS.kinds, heads: "", shift: "", jurisdiction: "" }, { push: true });
}

/** One sentence: what, when, where. Heads the page's print, and is what the live region says. */
export function sentence() {
  const heads = get("heads").map(headName);
  const what = [get("kinds").map(kindName).join(t(", ")), heads.join(t(", "))].filter(Boolean).join(": ");
  const where = get("jurisdiction") ? named(jurisdictionOf(get("jurisdiction")) ?? { code: get("jurisdiction") }) : "";
  const shift = get("shift") ? shiftName(get("shift")) : "";
  return [what, windowWords(currentWindow()), shift, where].filter(Boolean).join(" · ");
}
