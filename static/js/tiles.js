// The tiles of the data layers, asked here and not by MapLibre, so that what is drawn is always what the filters say now.
//
// Left to itself MapLibre (6.x) lets two answers race for one tile when a filter changes twice, draws the older filter where
// a tile's first answer is still on its way, never asks again for a tile that failed, and after an answer of unchanged bytes
// (304) falls silent: it neither draws nor says that it is idle. Here a source has one question at a time. A new one ends
// the requests of the old, and whoever waits for a tile gets the answer to the new.
import { addProtocol } from "maplibre-gl";
import { hold, release } from "./frames.js";

const PROTOCOL = "naqsha";
const PLACE = /^naqsha:\/\/([^/]+)\/\d+\/(\d+\/\d+\/\d+)$/;
/** A tile asked for ahead, which MapLibre does not come for, is forgotten. */
const AHEAD_MS = 5000;

const questions = new Map(); // source -> {text, number, address(place), tiles: Map(place -> tile)}
const later = new Map(); // source -> what asks it again when it has been drawn

addProtocol(PROTOCOL, take);

/** The address of a source's tiles, for its style: `layer` of the server, `query` of the filters. */
export function tileAddress(source, layer, query = "") {
  const text = `${layer}?${query}`;
  const now = questions.get(source);
  if (now?.text !== text) begin(source, text, (place) => `/tiles/${layer}/${place}.mvt${query ? `?${query}` : ""}`);
  return `${PROTOCOL}://${source}/${questions.get(source).number}/{z}/{x}/{y}`;
}

function begin(source, text, address) {
  const old = questions.get(source);
  questions.set(source, { text, number: (old?.number ?? 0) + 1, address, tiles: new Map() });
  for (const tile of old?.tiles.values() ?? []) tile.stop.abort();
}

/**
 * Brings a source of the map in step with the filters, and asks for what is in view at once. `again` asks the same anew, once
 * what was asked before is drawn: else a machine that is slower than records come in would never draw anything.
 */
export function askTiles(map, source, layer, query, { again = false } = {}) {
  const address = tileAddress(source, layer, query);
  const drawn = map.getSource(source);
  if (!drawn) return;
  if (drawn.tiles?.[0] !== address) later.delete(source);
  else if (!again) return;
  else if (!map.isSourceLoaded(source)) { later.set(source, () => askTiles(map, source, layer, query, { again })); return; }
  else begin(source, questions.get(source).text, questions.get(source).address);
  if (map.getLayoutProperty(source, "visibility") !== "none") {
    askAhead(map, source, drawn);
    hold(map);
  }
  drawn.setTiles([tileAddress(source, layer, query)]);
}

/** Asks for the tiles in view without waiting until MapLibre does. */
export function askAhead(map, source, { minzoom, maxzoom }) {
  const question = questions.get(source);
  for (const { canonical } of map.coveringTiles({ tileSize: 512, minzoom, maxzoom, reparseOverscaled: true })) {
    if (canonical.z >= minzoom) ask(question, `${canonical.z}/${canonical.x}/${canonical.y}`);
  }
}

function ask(question, place) {
  const known = question.tiles.get(place);
  if (known) return known;
  const stop = new AbortController();
  const tile = { stop, waiting: 0, answer: read(question.address(place), stop.signal) };
  question.tiles.set(place, tile);
  const forget = () => { if (!tile.waiting && question.tiles.get(place) === tile) question.tiles.delete(place); };
  tile.answer.catch(() => {}).finally(() => setTimeout(forget, AHEAD_MS));
  return tile;
}

async function read(address, signal) {
  const answer = await fetch(address, { signal, credentials: "same-origin", priority: "high" });
  // Read even where it is a refusal: an answer that is left unread keeps its connection, and there are six to a server.
  const bytes = await answer.arrayBuffer(); // none where the tile is empty (204)
  if (!answer.ok) throw Object.assign(new Error(`a tile was answered with ${answer.status}`), { status: answer.status });
  return bytes;
}

/** MapLibre's way in. A tile that fails is drawn empty and said (`tilefailed` on the map's box). */
async function take({ url }, abort) {
  const [, source, place] = PLACE.exec(url);
  for (;;) {
    const question = questions.get(source);
    const tile = ask(question, place);
    const leave = () => { if (tile.waiting === 1) { tile.stop.abort(); question.tiles.delete(place); } };
    tile.waiting += 1;
    abort.signal.addEventListener("abort", leave);
    try {
      const data = await tile.answer;
      // A copy: what is handed over is gone from here, and another may wait for the same.
      if (question === questions.get(source)) return { data: data.slice(0) };
    } catch (error) {
      if (abort.signal.aborted) throw error;
      if (question === questions.get(source)) {
        document.getElementById("map").dispatchEvent(new CustomEvent("tilefailed", { detail: error }));
        return { data: new ArrayBuffer(0) };
      }
    } finally {
      abort.signal.removeEventListener("abort", leave);
      tile.waiting -= 1;
      if (!tile.waiting && question.tiles.get(place) === tile) question.tiles.delete(place);
    }
  }
}

/** Of how many records a tile in view draws the newest only; 0 where all are drawn. */
export function leftOut(map, source) {
  if (!map.getSource(source)) return 0;
  const cut = map.querySourceFeatures(source, { sourceLayer: "points", filter: ["has", "tile_records"] });
  return cut.reduce((most, { properties }) => Math.max(most, properties.tile_records), 0);
}

/**
 * Calls `answered(source)` when all tiles of one of the sources that `shown()` lists have come, before they are drawn, and
 * `drawn()` in the frame in which all of them are. It waits for nothing else: names fade in, outlines come, screens are slow.
 */
export function followTiles(map, shown, { answered, drawn }) {
  let fresh = false;
  const whole = () => shown().every((source) => map.isSourceLoaded(source));
  const goOn = () => {
    const waiting = [...later.values()];
    later.clear();
    for (const run of waiting) run();
  };
  map.on("sourcedata", (event) => {
    if (!event.tile || !shown().includes(event.sourceId) || !map.isSourceLoaded(event.sourceId)) return;
    fresh = true;
    answered(event.sourceId);
    if (whole()) release(map);
  });
  map.on("render", () => {
    if (!fresh || !whole()) return;
    fresh = false;
    drawn();
    goOn();
  });
  map.on("idle", goOn);
}
