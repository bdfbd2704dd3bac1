// Saved views: the address of a desk under a name, one's own and the unit's. Deleting can be undone; nothing asks "sure?".
import { copyAddress } from "./address.js";
import { ask, send } from "./api.js";
import { byId, el, icon, replace } from "./dom.js";
import { t } from "./i18n.js";
import { search } from "./state.js";
import { toast } from "./toast.js";

let desk = "map";
let views = [];

/** The views of this desk that the reader may open, newest knowledge. */
export async function readViews(of = desk) {
  return (await ask("/api/views", { desk: of })).views;
}

export function startViews(ofDesk) {
  desk = ofDesk;
  byId("views-save").addEventListener("submit", (event) => { event.preventDefault(); save(); });
  byId("views-copy").addEventListener("click", copyLink);
}

export async function openViews() {
  byId("views-said").textContent = "";
  byId("views-name").value = "";
  byId("views-dialog").showModal();
  replace(byId("views-list"), el("span", { class: "skeleton skeleton-row" }), el("span", { class: "skeleton skeleton-row" }));
  await load();
}

async function load() {
  try {
    views = (await ask("/api/views")).views;
    draw();
  } catch {
    replace(byId("views-list"), el("p", { class: "explain", role: "alert" }, t("The saved views could not be read. Try again.")));
  }
}

function draw() {
  const own = views.filter((view) => view.own);
  const team = views.filter((view) => !view.own);
  const part = (title, list, empty) => el("section", {}, el("h3", {}, title), list.length ? el("ul", {}, list.map(row)) : el("p", { class: "explain" }, empty));
  replace(byId("views-list"), part(t("Mine"), own, t("None yet. Give what you see a name, and it is here tomorrow.")), part(t("Of my unit"), team, t("Nobody of your unit shares one.")));
}

const deskName = (key) => ({ map: t("Map"), beats: t("Beats"), control: t("Control"), pins: t("Pins"), weekly: t("Weekly"), forecasts: t("Forecasts"), audit: t("Audit log") }[key] ?? key);

function row(view) {
  return el("li", { class: "view-row" },
    el("a", { class: "view-link", href: view.path }, el("bdi", {}, view.name), el("small", {}, deskName(view.desk), view.own ? null : [" · ", el("bdi", {}, view.owner)])),
    view.team ? el("span", { class: "view-team", title: t("Shared with the unit") }, icon("team", "icon-small"), el("span", { class: "unseen" }, t("Shared with the unit"))) : null,
    view.own ? el("button", { class: "tool", type: "button", "aria-label": t("Delete %(name)s", { name: view.name }), title: t("Delete"), onclick: () => remove(view) }, icon("bin", "icon-small")) : null);
}

async function save() {
  const name = byId("views-name").value.trim();
  if (!name) return;
  try {
    await send("POST", "/api/views", { desk, name, query: search().slice(1), team: byId("views-team").checked });
    byId("views-name").value = "";
    byId("views-said").textContent = t("Saved.");
    await load();
  } catch (error) {
    byId("views-said").textContent = error.detail || error.title || t("This could not be saved. Try again.");
  }
}

async function remove(view) {
  try {
    await send("DELETE", `/api/views/${view.id}`);
  } catch {
    byId("views-said").textContent = t("This could not be deleted. Try again.");
    return;
  }
  views = views.filter((each) => each.id !== view.id);
  draw();
  toast(t("Deleted: %(name)s", { name: view.name }), t("Undo"), async () => {
    await send("POST", `/api/views/${view.id}/restore`).catch(() => {});
    await load();
  }, byId("views-dialog"));
}

export async function copyLink() {
  try {
    await copyAddress();
    byId("views-said").textContent = t("Link copied");
  } catch {
    byId("views-said").textContent = t("The browser does not let this page copy. The address bar holds the link.");
  }
}
