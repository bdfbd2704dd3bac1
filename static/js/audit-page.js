// The audit log: who did what, newest first, by what it is about or by account.
import { announce } from "./announce.js";
import { isAbort, lane } from "./api.js";
import { ACTIONS, OBJECTS } from "./audit-words.js";
import { bdi, byId, el, icon, replace } from "./dom.js";
import { number, t, when } from "./i18n.js";
import { startSession } from "./session.js";
import { startShell } from "./shell.js";
import { get, set, subscribe } from "./state.js";
import "./theme.js";

const find = lane();
let next = null;

const asked = () => ({ object: get("object"), object_id: get("number"), account: get("account") });

async function load(older = false) {
  byId("problem").hidden = true;
  try {
    const answer = await find("/api/audit", { ...asked(), cursor: older ? next : "" });
    next = answer.next;
    byId("audit-more").hidden = !next;
    const rows = answer.entries.map(line);
    if (older) byId("audit-rows").append(...rows);
    else replace(byId("audit-rows"), rows.length ? rows : el("tr", {}, el("td", { colspan: "7" }, t("Nothing is written down of this."))));
    const named = answer.entries.find((entry) => String(entry.account_id) === get("account"));
    byId("audit-officer").hidden = !get("account");
    replace(byId("audit-officer"), icon("close", "icon-small"), t("Only %(officer)s", { officer: named?.officer ?? get("account") }));
    announce(t("%(n)s lines", { n: number(byId("audit-rows").childElementCount) }));
  } catch (error) {
    if (isAbort(error)) return;
    byId("problem").hidden = false;
    replace(byId("problem"), icon("warn", "icon-small"), el("span", {}, error.detail || t("The server does not answer.")), el("button", { type: "button", class: "button button-quiet button-small", onclick: () => load() }, t("Try again")));
  }
}

function line(entry) {
  const detail = Object.entries(entry.detail ?? {}).filter(([, value]) => value !== null && value !== "").map(([key, value]) => `${key}=${typeof value === "object" ? JSON.stringify(value) : value}`).join(" · ");
  return el("tr", {},
    el("td", { class: "when" }, bdi(when(entry.at))),
    el("td", {}, entry.account_id ? el("button", { type: "button", class: "link", onclick: () => set({ account: String(entry.account_id) }, { push: true }) }, bdi(entry.officer ?? entry.account_id)) : t("the machine")),
    el("td", {}, ACTIONS[entry.action]?.() ?? bdi(entry.action, "code")),
    el("td", {}, OBJECTS[entry.object]?.() ?? entry.object, entry.object_id ? [" ", bdi(entry.object_id)] : null),
    el("td", { dir: "auto" }, entry.reason || ""),
    el("td", { class: "details" }, detail ? el("bdi", { dir: "ltr" }, detail) : ""),
    el("td", { class: "end" }, entry.number ? bdi(number(entry.number)) : t("not yet")));
}

const session = await startSession();
startShell(session, { sentence: () => document.title });
byId("audit-object").append(...Object.entries(OBJECTS).map(([key, name]) => el("option", { value: key }, name())));
byId("audit-object").value = get("object");
byId("audit-number").value = get("number");
byId("audit-object").addEventListener("change", (event) => set({ object: event.target.value }, { push: true }));
byId("audit-number").addEventListener("change", (event) => { if (event.target.checkValidity()) set({ number: event.target.value }, { push: true }); });
byId("audit-officer").addEventListener("click", () => set({ account: "" }, { push: true }));
byId("audit-more").addEventListener("click", () => load(true));
subscribe(() => load());
await load();
document.body.classList.add("audit-ready");
