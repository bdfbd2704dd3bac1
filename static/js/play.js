// Playing: the window moves by its own length at a steady beat, and the map's classes stay as they are meanwhile.
import { byId, icon, replace } from "./dom.js";
import { t } from "./i18n.js";
import { step } from "./timeline.js";

const SPEEDS = [0.5, 1, 2, 4];
let speed = 1;
let timer = null;

export const isPlaying = () => timer !== null;

export function flipPlay() {
  if (timer) { clearTimeout(timer); timer = null; } else { timer = setTimeout(beat, 50); }
  show();
}

function beat() {
  step(1, true);
  timer = setTimeout(beat, 1400 / speed);
}

function show() {
  const button = byId("play");
  button.setAttribute("aria-pressed", String(isPlaying()));
  button.setAttribute("aria-label", isPlaying() ? t("Pause") : t("Play"));
  replace(button, icon(isPlaying() ? "pause" : "play"));
}

export function startPlay() {
  byId("play").addEventListener("click", flipPlay);
  byId("step-back").addEventListener("click", () => step(-1));
  byId("step-on").addEventListener("click", () => step(1));
  byId("speed").addEventListener("click", () => {
    speed = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length];
    byId("speed").textContent = `${speed}×`;
  });
  show();
}
