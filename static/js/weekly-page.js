// The Weekly desk: the page comes whole from the server; this chooses area and week, and has a briefing made anew.
import { send } from "./api.js";
import { onArea, openAreas } from "./areas.js";
import { byId, el, icon, replace } from "./dom.js";
import { named, t } from "./i18n.js";
import { useful } from "./marks.js";
import { startSession } from "./session.js";
import { startShell } from "./shell.js";
import { get } from "./state.js";

const page = byId("weekly");

function go(patch) {
  const query = new URLSearchParams(location.search);
  for (const [key, value] of Object.entries(patch)) if (value) query.set(key, value); else query.delete(key);
  location.assign(`${location.pathname}?${query}`);
}

async function again(button) {
  button.disabled = true;
  try {
    await send("POST", "/api/weekly/briefing", { jurisdiction: page.dataset.area, week: page.dataset.week });
    go({ week: page.dataset.week, jurisdiction: page.dataset.area, number: "" });
  } catch (error) {
    const bar = byId("problem");
    bar.hidden = false;
    replace(bar, icon("warn", "icon-small"), el("span", {}, error.status === 0 ? t("The server does not answer.") : error.detail || error.title));
    button.disabled = false;
  }
}

async function start() {
  useful(); // the page came whole
  const session = await startSession();
  const step = (by) => {
    const box = byId("weekly-week");
    if (!box?.value) return;
    if (by > 0) box.stepUp(); else box.stepDown();
    go({ week: box.value, number: "" });
  };
  startShell(session, {
    desk: "weekly",
    actions: page.dataset.week ? [{ keys: ["ArrowLeft"], label: t("Week before"), run: () => step(-1) }, { keys: ["ArrowRight"], label: t("Week after"), run: () => step(1) }] : [],
    sentence: () => `${t("Weekly briefing")} ${page.dataset.week ?? ""}`,
  });
  onArea((place) => go({ jurisdiction: place?.code ?? get("jurisdiction"), week: page.dataset.week, number: "" }));
  byId("weekly-week")?.addEventListener("change", (event) => event.target.value && go({ week: event.target.value, number: "" }));
  byId("weekly-again")?.addEventListener("click", (event) => again(event.currentTarget));
  byId("weekly-choose")?.addEventListener("click", openAreas);
  const list = byId("weekly-own");
  if (list) {
    const { ask } = await import("./api.js");
    const { jurisdictions } = await ask("/api/jurisdictions/own", { parent: session.user?.jurisdiction?.code ?? "" }).catch(() => ({ jurisdictions: [] }));
    replace(list, jurisdictions.map((place) => el("li", {}, el("a", { class: "button button-quiet button-small", href: `/weekly?jurisdiction=${encodeURIComponent(place.code)}` }, named(place)))));
  }
}

start();
