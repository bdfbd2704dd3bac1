// Dark or light: kept in a cookie so that the server writes the right one first, and told to whoever draws.
import { byId } from "./dom.js";

const root = document.documentElement;
const listeners = new Set();

export const theme = () => (root.dataset.theme === "light" ? "light" : "dark");
export const onTheme = (listener) => listeners.add(listener);

export function setTheme(name) {
  document.cookie = `theme=${name}; path=/; max-age=31536000; samesite=lax`;
  showTheme(name);
}

/** Shows a theme without keeping it: for paper. */
export function showTheme(name) {
  root.dataset.theme = name;
  for (const listener of listeners) listener(name);
}

export const flipTheme = () => setTheme(theme() === "dark" ? "light" : "dark");

byId("theme")?.addEventListener("click", flipTheme);
