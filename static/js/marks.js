// What the page says of its own speed, as marks of the browser's timeline; tests/bench/bench_desks.py reads them.
//
// `useful`: the first rows or cells that can be read are on the screen. `map`: the map shows its data for the first time.
// `filter`: a measure from a changed filter to the map that answers it.

const seen = new Set();
let asked = null;

/** Runs after the frame that is being made has gone to the screen. */
export const afterPaint = (run) => requestAnimationFrame(() => setTimeout(run, 0));

function once(name) {
  if (seen.has(name)) return;
  seen.add(name);
  afterPaint(() => performance.mark(name));
}

export const useful = () => once("useful");

/**
 * Waits until the first rows are on the screen, or a second has passed. A map starts after that: to begin to draw takes the
 * browser's only thread for a long moment, and rows that have come would wait for it.
 */
export function rowsFirst(rows) {
  const patience = new Promise((done) => setTimeout(done, 1000));
  return Promise.race([Promise.resolve(rows).then(() => new Promise(afterPaint), () => {}), patience]);
}

/** A filter was changed: the map that answers it is on its way. */
export function filterAsked() {
  asked = performance.now();
}

/** The map has drawn what its filters ask for. */
export function mapDrawn() {
  once("map");
  if (asked === null) return;
  const start = asked;
  asked = null;
  afterPaint(() => performance.measure("filter", { start, end: performance.now() }));
}
