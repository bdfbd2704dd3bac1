// What stands beside the queue: the names that pins taught, FIRs whose dates cannot be, and how far each station has come.
import { ask, send } from "./api.js";
import { bdi, byId, el, icon, replace } from "./dom.js";
import { named, number, t, tn, when } from "./i18n.js";
import { far } from "./pins-words.js";
import { reasonText } from "./words.js";

async function show(title, load) {
  byId("pins-side-title").textContent = title;
  replace(byId("pins-side-body"), el("span", { class: "skeleton skeleton-block" }));
  byId("pins-side").showModal();
  try {
    replace(byId("pins-side-body"), await load());
  } catch (error) {
    replace(byId("pins-side-body"), el("p", { class: "explain", role: "alert" }, error.detail || t("The server does not answer.")));
  }
}

const nothing = (words) => el("p", { class: "explain" }, words);

export function openNames(jurisdiction) {
  show(t("Local names"), async () => {
    const { local_names: names } = await ask("/api/local-names", { station: /^PK-/.test(jurisdiction) ? jurisdiction : "" });
    if (!names.length) return nothing(t("No pin has taught a name here yet."));
    return el("ul", { class: "side-list" }, names.map((name) => row(name)));
  });
}

function row(name) {
  const line = el("li", {}, el("div", {}, el("strong", { dir: "auto" }, name.name), el("small", {}, " ", tn("%(n)s pin", "%(n)s pins", name.pins), " · ", far(name.radius_m), " · ", bdi(name.station_name || name.station))),
    el("button", { type: "button", class: "button button-quiet button-small", onclick: () => withdraw(name, line) }, t("Withdraw")));
  return line;
}

function withdraw(name, line) {
  const reason = el("input", { class: "input", maxlength: "200", required: true, "aria-label": t("Why it is withdrawn"), placeholder: t("Why it is withdrawn") });
  const said = el("p", { class: "explain", role: "status" });
  const form = el("form", { class: "side-form", onsubmit: async (event) => {
    event.preventDefault();
    try {
      await send("POST", `/api/local-names/${encodeURIComponent(name.id)}/withdraw`, { reason: reason.value });
      line.remove();
    } catch (error) {
      said.textContent = error.detail || t("The server does not answer. Nothing was changed.");
    }
  } }, reason, el("button", { class: "button button-small", type: "submit" }, t("Withdraw")), said);
  line.append(form);
  reason.focus();
}

export function openOrder(jurisdiction) {
  show(t("Order of events"), async () => {
    const answer = await ask("/api/pins/order", { jurisdiction });
    const head = el("p", { class: "explain" }, tn("%(n)s FIR was checked, entered since %(day)s.", "%(n)s FIRs were checked, entered since %(day)s.", answer.checked, { day: when(answer.since, "day") }));
    if (!answer.records.length) return [head, nothing(t("Nothing is out of order."))];
    return [head, el("ul", { class: "side-list" }, answer.records.map((record) => el("li", {}, el("div", {},
      el("a", { href: `/records/${encodeURIComponent(record.id)}` }, bdi(record.title)), el("small", {}, " ", named(record.station)),
      record.flags.map((flag) => el("p", { class: "side-flag" }, icon("warn", "icon-small"), reasonText(flag)))))))];
  });
}

export function openStations(jurisdiction, choose) {
  show(t("Stations"), async () => {
    const { stations } = await ask("/api/pins/progress", { jurisdiction });
    return el("table", { class: "table" }, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("Station")), el("th", { scope: "col", class: "end" }, t("Records")), el("th", { scope: "col", class: "end" }, t("to look at")), el("th", { scope: "col", class: "end" }, t("by officers")))),
      el("tbody", {}, stations.map((line) => el("tr", {}, el("th", { scope: "row" }, el("button", { type: "button", class: "link", onclick: () => { byId("pins-side").close(); choose(line.station.code); } }, named(line.station))),
        el("td", { class: "end" }, bdi(number(line.records))), el("td", { class: "end" }, bdi(number(line.weak))), el("td", { class: "end" }, bdi(number(line.by_officers)))))));
  });
}

/** Coordinates that lie on one spot beyond chance: the desk where forms are filled in, or a default of the program. */
export function openPiles(jurisdiction, fly) {
  show(t("Piles"), async () => {
    const { piles, flags } = await ask("/api/pins/suspicions", { jurisdiction: /^PK-/.test(jurisdiction) ? jurisdiction : "" });
    const kinds = { station: t("on the station house"), district: t("on the middle of the district"), point: t("on one point") };
    return [
      el("p", { class: "explain" }, t("More records than chance would put on one spot. A pin on the station house often shows where the form was filled in, not where it happened.")),
      piles.length ? el("ul", { class: "side-list" }, piles.map((pile) => el("li", {},
        el("button", { type: "button", class: "link", onclick: () => { byId("pins-side").close(); fly(pile.lat, pile.lon); } }, tn("%(n)s record", "%(n)s records", pile.count), " ", kinds[pile.kind] ?? "", pile.name ? [" ", bdi(pile.name)] : null),
        el("small", {}, t("by chance about %(n)s", { n: pile.expected.toFixed(1) }))))) : nothing(t("There is no pile here.")),
      flags.length ? el("ul", { class: "side-list" }, flags.map((flag) => el("li", {}, el("span", {}, reasonText(flag, { code: flag.station, name: flag.name, name_ur: flag.name_ur })), bdi(number(flag.fixes))))) : null,
    ].filter(Boolean);
  });
}
