// Asking for forecasts: a job with its progress, that can be cancelled.
import { ask, send } from "./api.js";
import { bdi, el, icon, replace } from "./dom.js";
import { t } from "./i18n.js";
import { get } from "./state.js";

const WAIT = 2000;
let waiting = null;

/** Draws the button for those who may run forecasts; `done` is called when a job has ended. */
export function drawAsk(box, session, done) {
  if (!session.permissions?.includes("run_forecasts")) return;
  box.className = "run-ask";
  const button = el("button", { class: "button", type: "button", onclick: () => begin(box, done, button) }, icon("trend"), t("Make the coming week's forecasts"));
  replace(box, button, el("p", { class: "explain" }, t("For the chosen area and head, inside your own jurisdiction. An officer publishes them.")));
}

async function begin(box, done, button) {
  button.disabled = true;
  const heads = get("heads");
  const wanted = { jurisdiction: get("jurisdiction") || null, heads: heads.length ? heads : null, shift: get("shift") || null };
  try {
    const { job } = await send("POST", "/api/forecasts", wanted);
    await follow(box, job, done);
  } catch (error) {
    said(box, error.detail || error.title || t("The server did not answer."), true);
  }
  button.disabled = false;
}

async function follow(box, number, done) {
  const job = await ask(`/api/jobs/${number}`);
  if (["done", "failed", "cancelled"].includes(job.state)) {
    const left = Object.keys(job.result?.left ?? {}).length;
    said(box, job.state === "done" ? t("%(made)s forecasts made, %(left)s left for want of records.", { made: job.result?.runs?.length ?? 0, left }) : job.state === "cancelled" ? t("Cancelled.") : job.message, job.state === "failed");
    done();
    return;
  }
  const line = el("span", { class: "run-job", role: "status" }, el("progress", { max: String(job.total ?? 1), value: job.total ? String(job.done) : null, "aria-label": t("Progress") }), " ", bdi(job.cancel_asked ? t("being cancelled") : job.message || t("waiting for the worker")), " ",
    job.cancel_asked ? null : el("button", { class: "button button-quiet button-small", type: "button", onclick: () => send("POST", `/api/jobs/${number}/cancel`) }, t("Cancel")));
  put(box, line);
  clearTimeout(waiting);
  await new Promise((resolve) => { waiting = setTimeout(resolve, WAIT); });
  await follow(box, number, done);
}

function put(box, line) {
  box.querySelector(".run-job")?.remove();
  box.append(line);
}

function said(box, words, wrong = false) {
  put(box, el("p", { class: `run-job ${wrong ? "problem" : "explain"}`, role: wrong ? "alert" : "status" }, words));
}
