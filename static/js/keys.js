// The keys, and the sheet that shows them. Single keys are off while typing, and can be switched off altogether.
import { byId, el, replace } from "./dom.js";
import { t } from "./i18n.js";

const OFF = "naqsha.keys.off";
let table = [];

const off = () => localStorage.getItem(OFF) === "1";

/** `actions` is a list of `{keys, label, run}`; `keys` are `KeyboardEvent.key` values, `Shift+` before where meant. */
export function startKeys(actions) {
  table = actions;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing) return;
    if (document.querySelector("dialog[open]")) return;
    const pressed = event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key;
    const single = event.key.length === 1;
    if (single && off() && event.key !== "?") return;
    // A focused button keeps its own Space and the map its own arrows.
    if (event.key === " " && event.target.closest("button, a, summary")) return;
    if (event.key.startsWith("Arrow") && event.target.closest("#map, [role=slider]")) return;
    const found = table.find((action) => action.keys.includes(pressed) || (single && action.keys.includes(event.key.toLowerCase())));
    if (!found) return;
    event.preventDefault();
    found.run(event.key);
  });
  byId("help")?.addEventListener("click", showKeys);
}

export function showKeys() {
  const dialog = byId("keys");
  replace(byId("keys-list"), table.filter((action) => action.label).map((action) => [
    el("dt", {}, (action.shown ?? action.keys).map((key) => el("kbd", {}, { " ": t("Space"), ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" }[key] ?? key.toUpperCase()))), el("dd", {}, action.label),
  ]));
  const box = byId("keys-off");
  box.checked = !off();
  box.onchange = () => localStorage.setItem(OFF, box.checked ? "0" : "1");
  dialog.showModal();
}
