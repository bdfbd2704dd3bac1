// Says changes to those who hear the page, at most one sentence at a time.
import { byId } from "./dom.js";

let waiting = null;

export function announce(sentence) {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const live = byId("live");
    if (live) live.textContent = sentence;
  }, 250);
}
