// The list twin of the map: the visible cells as a table, so that whatever the map says can be read without seeing it.
import { bdi, byId, el, replace } from "./dom.js";
import { mass, t, tn } from "./i18n.js";
import { get, hasLayer, set } from "./state.js";

const MOST = 200;

export function drawList(features) {
  const box = byId("list-body");
  if (!box) return;
  const forecast = hasLayer("forecast");
  const shown = features.slice(0, MOST);
  byId("list-count").textContent = tn("%(n)s cell in view", "%(n)s cells in view", features.length);
  replace(byId("list-head"), el("tr", {}, [t("Rank"), t("Cell"), forecast ? t("Expected reports") : t("Records"), forecast ? t("Between") : t("Share of view")].map((label) => el("th", { scope: "col" }, label))));
  const read = box.contains(document.activeElement) ? document.activeElement.textContent : null; // somebody is in the table
  const all = features.reduce((sum, feature) => sum + (feature.properties.mass ?? 0), 0) || 1;
  replace(box, shown.map((feature, index) => {
    const { cell, mass: value, rate, low, high } = feature.properties;
    return el("tr", { "aria-selected": String(get("cell") === cell) },
      el("td", {}, bdi(index + 1)),
      el("td", {}, el("button", { type: "button", class: "link code", onclick: () => set({ cell }, { push: true }) }, bdi(cell))),
      el("td", { class: "end" }, bdi(mass(forecast ? rate : value))),
      el("td", { class: "end" }, forecast ? bdi(`${mass(low)}–${mass(high)}`) : bdi(`${((value / all) * 100).toFixed(1)} %`)));
  }));
  if (read === null) return;
  const rows = [...box.querySelectorAll("button")];
  (rows.find((row) => row.textContent === read) ?? rows[0] ?? byId("list")).focus({ preventScroll: true });
}
