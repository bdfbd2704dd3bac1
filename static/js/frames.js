// One frame for one change: while the tiles of a changed filter are on their way, the map stays as it is.
//
// Left to itself the map draws again for every setting that is touched and every tile that comes: half a dozen pictures of
// something between the old filter and the new. Without a graphics card each takes a tenth of a second, and the last one, which
// is the answer, waits for those before it.

/** How long a picture is kept for tiles that do not come. */
const HELD_MS = 600;

const held = new Map(); // map -> the timer that ends the wait
const watched = new WeakSet(); // maps whose moves end it

/**
 * Keeps the picture as it is until `release`, unless somebody moves the map. Who goes on changing filters (a window that is
 * dragged) does not put off the end: else a machine that is slower than the hand would never draw.
 */
export function hold(map) {
  if (map.isMoving() || held.has(map)) return;
  // Every way by which the map asks for a frame goes through this one method.
  map.triggerRepaint = () => {};
  if (!watched.has(map)) watch(map);
  held.set(map, setTimeout(() => release(map), HELD_MS));
}

/** Whoever touches the map sees it move: MapLibre learns of a hand in its next frame only. */
function watch(map) {
  watched.add(map);
  map.on("movestart", () => release(map));
  for (const touch of ["mousedown", "touchstart", "wheel", "keydown"]) {
    map.getCanvasContainer().addEventListener(touch, () => release(map), { capture: true, passive: true });
  }
}

/** Draws again, at once. */
export function release(map) {
  if (!held.has(map)) return;
  clearTimeout(held.get(map));
  held.delete(map);
  delete map.triggerRepaint;
  map.triggerRepaint();
}
