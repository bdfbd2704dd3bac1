// Hears from the server that something changed, and asks again: by server-sent events, else every 30 seconds.
import { ask } from "./api.js";

const POLL = 30_000;
const RETRY = 120_000;
/** Screens that hear of the same record do not all ask in the same millisecond. */
const JITTER = 200;
/** In a flood of events one question in so long is enough. */
const REST = 2000;

let source = null;
let polling = null;
let handlers = { data: () => {}, state: () => {} };
let waiting = null;
let lastAsked = 0;
let gathered = null;

/**
 * `data({kinds, cells})` is called when something changed, at most every two seconds; `cells` and `kinds` are null where
 * anything may have. `state(name)` hears `live`, `connecting`, `polling` and `offline`.
 */
export function startLive(own) {
  handlers = { ...handlers, ...own };
  open();
  addEventListener("online", () => { if (!source) open(); });
  addEventListener("offline", () => handlers.state("offline"));
  addEventListener("pagehide", () => source?.close());
}

function open() {
  clearInterval(polling);
  polling = null;
  source?.close();
  source = new EventSource("/live");
  handlers.state("connecting");
  source.addEventListener("open", () => { handlers.state("live"); gather(null, null); });
  source.addEventListener("data", (event) => {
    const { kinds, cells } = JSON.parse(event.data);
    gather(kinds?.length ? kinds : null, cells);
  });
  // The server ends a stream when its sign-in ends, or when it stops: the next question says which.
  source.addEventListener("end", () => { source.close(); source = null; ask("/api/session").then(() => setTimeout(open, 1000 + Math.random() * 2000)).catch(() => poll()); });
  source.addEventListener("error", () => {
    if (!source || source.readyState === EventSource.CLOSED) poll();
    else handlers.state(navigator.onLine ? "connecting" : "offline");
  });
}

/** Refused, or no such thing on the way: ask in turns, and try the stream again later. */
function poll() {
  source?.close();
  source = null;
  if (polling) return;
  handlers.state(navigator.onLine ? "polling" : "offline");
  gather(null, null);
  polling = setInterval(() => gather(null, null), POLL);
  setTimeout(() => { if (polling) open(); }, RETRY);
}

function gather(kinds, cells) {
  if (!gathered) gathered = { kinds, cells };
  else {
    gathered.kinds = gathered.kinds && kinds ? [...new Set([...gathered.kinds, ...kinds])] : null;
    gathered.cells = gathered.cells && cells ? [...new Set([...gathered.cells, ...cells])] : null;
  }
  if (waiting) return;
  const rest = Math.max(0, lastAsked + REST - Date.now());
  waiting = setTimeout(() => {
    waiting = null;
    lastAsked = Date.now();
    const told = gathered;
    gathered = null;
    handlers.data(told);
  }, rest + Math.random() * JITTER);
}
