// Who reads, what they may see, how fresh the data is: fills the header of every page.
import { writeAddress } from "./address.js";
import { ask } from "./api.js";
import { bdi, byId, el, replace } from "./dom.js";
import { named, t, when } from "./i18n.js";
import { toDays } from "./time.js";

const STALE_HOURS = 26;

/** What the server wrote into the page, which is never kept; else what it answers. */
async function reader() {
  const written = document.getElementById("reader");
  if (!written) return ask("/api/session");
  const found = JSON.parse(written.textContent);
  written.remove();
  return found;
}

export async function startSession() {
  const session = await reader();
  byId("synthetic").hidden = !session.synthetic;
  document.body.classList.toggle("synthetic", Boolean(session.synthetic));
  const fresh = byId("freshness");
  if (session.data_to) {
    const hours = (Date.now() - Date.parse(session.data_to)) / 3_600_000;
    fresh.classList.toggle("stale", hours > STALE_HOURS);
    // What has come in, not how far the data reach: that stands with each source.
    fresh.title = t("The newest record that you may see came in at this time.");
    replace(fresh, el("span", {}, t("Received")), bdi(when(session.data_to, "short")));
    fresh.hidden = false;
  }
  const who = byId("user-who");
  if (who && session.user) {
    replace(who, el("strong", {}, bdi(session.user.display_name || session.user.name)), el("span", {}, roleName(session.user.role)), el("span", {}, named(session.user.jurisdiction)));
  }
  const language = byId("language");
  language?.addEventListener("click", (event) => {
    event.preventDefault();
    writeAddress();
    const query = new URLSearchParams(location.search);
    query.set("lang", language.dataset.lang);
    location.assign(`${location.pathname}?${query.toString().replace(/%2C/g, ",").replace(/%3A/g, ":")}`);
  });
  return session;
}

const calendar = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: "Asia/Karachi" });
const localDay = (moment) => calendar.format(new Date(moment));

/** The day after the last datum: where windows that count back begin. */
export function endOf(session) {
  const span = /\.\.(\d{4}-\d{2}-\d{2})/.exec(session.window_default ?? "");
  if (span) return toDays(span[1]);
  return session.data_to ? toDays(localDay(session.data_to)) + 1 : null;
}

export function roleName(role) {
  return {
    station: t("Station officer"), planner: t("Patrol planner"), control: t("Control room"), commander: t("Commander"), analyst: t("Analyst"), auditor: t("Auditor"), admin: t("Administrator"),
  }[role] ?? role ?? "";
}
