// The export dialog: exactly the current filter as a file. What the server refuses is said here, in its own words.
import { plain, signInAgain } from "./api.js";
import { byId } from "./dom.js";
import { t } from "./i18n.js";
import { filters } from "./state.js";

let sentence = null;

export function startExports(words) {
  sentence = words;
  byId("exports-form").addEventListener("submit", (event) => { event.preventDefault(); run(); });
}

export function openExports() {
  byId("exports-said").textContent = "";
  byId("exports-filter").textContent = sentence?.() ?? "";
  byId("exports-dialog").showModal();
}

async function run() {
  const { what, form } = Object.fromEntries(new FormData(byId("exports-form")));
  const query = Object.entries(filters()).map(([key, value]) => `${key}=${plain(value)}`).join("&");
  const button = byId("exports-go");
  const said = byId("exports-said");
  button.disabled = true;
  said.textContent = t("Making the file …");
  try {
    const answer = await fetch(`/api/exports/${what}.${form}?${query}`, { credentials: "same-origin" });
    if (answer.status === 401) { signInAgain(); return; }
    if (!answer.ok) {
      const problem = await answer.json().catch(() => ({}));
      said.textContent = problem.detail || problem.title || t("The server answered with an error.");
      return;
    }
    const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? `naqsha.${form}`;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    said.textContent = t("Saved as %(name)s.", { name });
  } catch {
    said.textContent = t("The server does not answer.");
  } finally {
    button.disabled = false;
  }
}
