// The page's address. The browser draws its own frame anew for each change of it (bar, tab, icon), and the map that a filter
// changes would wait for that: such a change is written when the map is drawn, or after a moment.

const MOMENT_MS = 300;
let waiting = null;
let timer = null;

/** Takes the place of this address: at once, or `soon`. */
export function replaceAddress(address, { soon = false } = {}) {
  waiting = address;
  if (soon) timer ??= setTimeout(writeAddress, MOMENT_MS);
  else writeAddress();
}

/** Makes an entry in the history. */
export function pushAddress(address) {
  writeAddress();
  history.pushState(null, "", address);
}

/** Writes what waits: whoever reads the page's address calls this first. */
export function writeAddress() {
  clearTimeout(timer);
  timer = null;
  if (waiting !== null) history.replaceState(null, "", waiting);
  waiting = null;
}

/** Puts it on the clipboard; fails where the page has no right to that. */
export function copyAddress() {
  writeAddress();
  return navigator.clipboard.writeText(location.href);
}

// Whoever leaves comes back to what was shown last.
addEventListener("beforeunload", writeAddress);
addEventListener("popstate", () => { waiting = null; });
