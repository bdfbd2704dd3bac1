// Kiosk: no rails, big type, saved views in turn, a cursor that hides. `?kiosk=1&every=30`.
import { byId } from "./dom.js";
import { get, load } from "./state.js";
import { readViews } from "./views.js";

const LEAST = 10;
const USUAL = 30;
const IDLE = 5000;
let views = [];
let at = -1;

export const isKiosk = () => get("kiosk") === "1";

/** Starts the rotation; `shown()` is told after each turn. */
export async function startKiosk(desk, shown) {
  if (!isKiosk()) return;
  document.body.classList.add("kiosk");
  let idle = setTimeout(() => document.body.classList.add("idle"), IDLE);
  addEventListener("pointermove", () => {
    document.body.classList.remove("idle");
    clearTimeout(idle);
    idle = setTimeout(() => document.body.classList.add("idle"), IDLE);
  });
  const every = Math.max(LEAST, Number(get("every")) || USUAL) * 1000;
  const turn = async () => {
    // Read anew each round: a view that was saved or deleted meanwhile counts.
    if (at + 1 >= views.length) {
      views = await readViews(desk).catch(() => views);
      at = -1;
    }
    if (!views.length) return;
    at += 1;
    load(new URL(views[at].path, location.origin).search);
    byId("view-name").hidden = false;
    byId("view-name").textContent = views[at].name;
    shown();
  };
  await turn();
  setInterval(turn, every);
}
