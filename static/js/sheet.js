// Rail and panel: cards beside the map on a desk, sheets from below on a phone. What was open is remembered on a desk.
import { byId } from "./dom.js";

const phone = matchMedia("(max-width: 760px)");
const PARTS = ["rail", "legend", "timeline", "panel"];
const listeners = new Set();

export const isPhone = () => phone.matches;
export const onSheet = (listener) => listeners.add(listener);

const tell = () => { for (const listener of listeners) listener(); };

/** On a phone opens one sheet and closes the others; on a desk flips a card. */
export function flipSheet(part, force) {
  const node = byId(part);
  if (phone.matches) {
    const open = force ?? !node.classList.contains("open");
    for (const other of PARTS) byId(other).classList.toggle("open", other === part && open);
    for (const tab of document.querySelectorAll("[data-sheet]")) tab.setAttribute("aria-pressed", String(tab.dataset.sheet === part && open));
    if (open) node.querySelector("button, input, a")?.focus({ preventScroll: true });
  } else {
    const closed = force === undefined ? !document.body.classList.contains(`no-${part}`) : !force;
    document.body.classList.toggle(`no-${part}`, closed);
    localStorage.setItem(`naqsha.${part}`, closed ? "closed" : "open");
    for (const button of document.querySelectorAll(`[data-flip="${part}"]`)) button.setAttribute("aria-expanded", String(!closed));
  }
  tell();
}

export function startSheets() {
  for (const part of PARTS) if (!phone.matches && localStorage.getItem(`naqsha.${part}`) === "closed") document.body.classList.add(`no-${part}`);
  for (const button of document.querySelectorAll("[data-flip]")) {
    button.setAttribute("aria-expanded", String(!document.body.classList.contains(`no-${button.dataset.flip}`)));
    button.addEventListener("click", () => flipSheet(button.dataset.flip));
  }
  for (const tab of document.querySelectorAll("[data-sheet]")) tab.addEventListener("click", () => flipSheet(tab.dataset.sheet));
  for (const handle of document.querySelectorAll(".sheet-handle")) handle.addEventListener("click", () => flipSheet(handle.closest("[id]").id, false));
}
