// Paper: the map by day, at the paper's width and drawn whole, before the printer is asked for.
import { showTheme, theme } from "./theme.js";

/** A slow machine prints what it has by then. */
const WAIT = 8000;

const drawn = (map) => new Promise((done) => {
  setTimeout(done, WAIT);
  map.once("idle", done);
});

let printing = null;

/** Prints the page, and leaves it as it was; asked again meanwhile, it is the same print. */
export function printPage() {
  printing ??= printOnce().finally(() => { printing = null; });
  return printing;
}

async function printOnce() {
  const map = globalThis.naqsha?.map ?? null;
  const before = theme();
  const camera = map && { center: map.getCenter(), zoom: map.getZoom() };
  const bounds = map?.getBounds();
  try {
    document.body.classList.add("printing");
    if (before !== "light") showTheme("light");
    if (map) {
      map.resize();
      map.fitBounds(bounds, { duration: 0 });
      await drawn(map);
    }
    print();
  } finally {
    document.body.classList.remove("printing");
    if (before !== "light") showTheme(before);
    map?.resize();
    map?.jumpTo(camera);
  }
}
