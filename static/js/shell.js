// What every desk shares: the header's tools, the area, search, the keys, the print head. A desk calls `startShell` once.
import { onArea, openAreas, startAreas } from "./areas.js";
import { byId } from "./dom.js";
import { openExports, startExports } from "./exports.js";
import { t, when } from "./i18n.js";
import { showKeys, startKeys } from "./keys.js";
import { focusSearch, startSearch } from "./search.js";
import { printPage } from "./print.js";
import { search } from "./state.js";
import { flipTheme } from "./theme.js";
import { openViews, startViews } from "./views.js";

const openers = { keys: showKeys };

const SHARED = [
  { keys: ["/"], label: t("Search"), run: () => focusSearch() },
  { keys: ["j"], label: t("Choose an area"), run: openAreas },
  { keys: ["s"], label: t("Saved views"), run: openViews },
  { keys: ["e"], label: t("Export"), run: openExports },
  { keys: ["t"], label: t("Dark or light"), run: flipTheme },
  { keys: ["u"], label: t("English or Urdu"), run: () => byId("language").click() },
  { keys: ["p"], label: t("Print"), run: printPage },
  { keys: ["?"], label: t("Help and keys"), run: showKeys },
];

/**
 * Starts the shell. `session` is what `startSession` gave; `actions` are the page's own keys; `fly(target)` moves the
 * page's map (a page without one leaves it out: search then leads to the map); `sentence()` heads the print;
 * `desk` is the desk's key: empty on a page that is no desk, which then has no area and no saved views; `filtered` is
 * false on a desk that shows no filter of records, which then has no export.
 */
export function startShell(session, { actions = [], fly = null, sentence = null, desk = "", filtered = true } = {}) {
  const exporting = Boolean(desk && filtered && byId("exports-dialog"));
  const shared = SHARED.filter((action) => (desk || ![openAreas, openViews].includes(action.run)) && (exporting || action.run !== openExports));
  startKeys([{ title: t("This page"), actions }, { title: t("Every page"), actions: shared }]);
  if (session.permissions?.includes("see_map")) {
    startSearch(fly);
    if (desk) {
      startAreas(session);
      startViews(desk);
      opens("views", openViews);
      if (exporting) {
        startExports(sentence);
        opens("exports", openExports);
      }
    }
  }
  if (fly) onArea((place) => { const bbox = (place ?? session.user?.jurisdiction)?.bbox; if (bbox) fly({ bbox }); });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) { byId("desk-menu")?.removeAttribute("open"); openers[opener.dataset.opens]?.(); }
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.removeAttribute("open");
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" ? event.target.closest("details.menu[open]") : null;
    if (menu) { menu.removeAttribute("open"); menu.querySelector("summary").focus(); event.preventDefault(); }
  }, { capture: true });
  keepPlace();
  addEventListener("beforeprint", () => {
    byId("print-time").textContent = when(new Date().toISOString());
    byId("print-sentence").textContent = sentence?.() ?? document.title;
  });
}

/** Takes part in the header: a button `data-opens="name"` calls this. */
export function opens(name, run) {
  openers[name] = run;
  for (const button of document.querySelectorAll(`[data-opens="${name}"]`)) button.hidden = false;
}

/** From desk to desk the area, the window and the filters stay: the links carry them at the moment they are followed. */
function keepPlace() {
  const KEPT = ["at", "window", "kinds", "heads", "shift", "jurisdiction"];
  const carry = (event) => {
    const link = event.target.closest("a[data-desk]");
    if (!link) return;
    const here = new URLSearchParams(search());
    const kept = KEPT.filter((key) => here.has(key)).map((key) => `${key}=${encodeURIComponent(here.get(key)).replace(/%2C/g, ",")}`);
    link.href = `${link.pathname}${kept.length ? `?${kept.join("&")}` : ""}`;
  };
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, carry, { capture: true });
}
