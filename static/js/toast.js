// One line at the foot of the page that says what was done, with the way to take it back.
import { el } from "./dom.js";

const SECONDS = 12;
let shown = null;
let waiting = null;

/** Shows a line for a while. `host` is the open dialog where there is one: what lies below it cannot be reached. */
export function toast(words, action = null, run = null, host = document.body) {
  shown?.remove();
  clearTimeout(waiting);
  shown = el("div", { class: "toast", role: "status" }, el("span", {}, words),
    action ? el("button", { type: "button", class: "button button-quiet button-small", onclick: () => { shown?.remove(); run(); } }, action) : null);
  host.append(shown);
  waiting = setTimeout(() => shown?.remove(), SECONDS * 1000);
}
