// The keys, and the sheet that shows them. Single keys are off while typing, and can be switched off altogether (WCAG 2.1.4).
import { byId, el, replace } from "./dom.js";
import { t } from "./i18n.js";

const OFF = "naqsha.keys.off";
const NAMES = { " ": () => t("Space"), ArrowLeft: () => "←", ArrowRight: () => "→", ArrowUp: () => "↑", ArrowDown: () => "↓", Escape: () => "Esc", Enter: () => "↵" };
let groups = [];

const off = () => localStorage.getItem(OFF) === "1";
const actions = () => groups.flatMap((group) => group.actions);

/**
 * The one registry of keys. `list` holds groups `{title, actions}`; an action is `{keys, label, run}` with `keys` as
 * `KeyboardEvent.key` values (`Shift+` before where meant), and `shown` where the sheet shows others.
 */
export function startKeys(list) {
  groups = list;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    // A box that is out of sight, as that of a dialog just closed, keeps the focus until the next frame: nobody types there.
    if (event.target.closest("input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]")?.checkVisibility()) return;
    if (document.querySelector("dialog[open]")) return;
    const pressed = event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key;
    const single = event.key.length === 1;
    if (single && off()) return;
    // A focused control keeps its own Space, Enter and arrows, and the map its own arrows.
    if ((event.key === " " || event.key === "Enter") && event.target.closest("button, a, summary, input, [role=option], [tabindex='0']")) return;
    if (event.key.startsWith("Arrow") && event.target.closest("#map, [role=slider], input")) return;
    const found = actions().find((action) => action.keys.includes(pressed) || (single && action.keys.includes(event.key.toLowerCase())));
    if (!found) return;
    event.preventDefault();
    found.run(event.key);
  });
  const words = byId("page-help");
  if (words) byId("keys-words")?.append(...words.childNodes);
}

const shown = (action) => (action.shown ?? action.keys).map((key) => el("kbd", {}, NAMES[key]?.() ?? key.toUpperCase()));

export function showKeys() {
  replace(byId("keys-list"), groups.filter((group) => group.actions.some((action) => action.label)).map((group) => el("section", {},
    el("h3", {}, group.title),
    el("dl", { class: "keys-list" }, group.actions.filter((action) => action.label).map((action) => [el("dt", {}, shown(action)), el("dd", {}, action.label)])))));
  const box = byId("keys-off");
  box.checked = !off();
  box.onchange = () => localStorage.setItem(OFF, box.checked ? "0" : "1");
  byId("keys").showModal();
}
