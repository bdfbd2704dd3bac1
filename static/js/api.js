// Every question to the server goes through here: one way to ask, one kind of error.
import { writeAddress } from "./address.js";

export class ApiError extends Error {
  constructor(status, title, detail) {
    super(detail || title);
    Object.assign(this, { status, title, detail });
  }
}

function address(path, params) {
  const query = Object.entries(params ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const text = query.map(([key, value]) => `${key}=${plain(value)}`).join("&");
  return text ? `${path}?${text}` : path;
}

/** A value for a query, keeping the commas and colons that make our addresses readable. */
export function plain(value) {
  return encodeURIComponent(value).replace(/%2C/g, ",").replace(/%3A/g, ":");
}

/** The JSON of one GET. Throws ApiError; an abort passes through as it is. */
export async function ask(path, params, { signal } = {}) {
  let answer;
  try {
    answer = await fetch(address(path, params), { signal, headers: { Accept: "application/json" }, credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, "offline", "");
  }
  return read(answer);
}

/** Changes something: POST, PUT or DELETE with a JSON body (or a form), carrying the page's CSRF token. Throws ApiError. */
export async function send(method, path, body) {
  const headers = { Accept: "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]')?.content ?? "" };
  const form = body instanceof FormData;
  if (body !== undefined && !form) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers, credentials: "same-origin", body: body === undefined || form ? body : JSON.stringify(body) });
  } catch {
    throw new ApiError(0, "offline", "");
  }
  return read(answer);
}

/** Leaves for the sign-in, which leads back to what is shown. */
export function signInAgain() {
  writeAddress();
  location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}

async function read(answer) {
  if (answer.status === 401) {
    signInAgain();
    throw new ApiError(401, "signed out", "");
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new ApiError(answer.status, body.title ?? "", body.detail ?? "");
  return body;
}

/** Asks that replace each other: the newest wins, the older is aborted. `stop` gives up the last without asking anew. */
export function lane() {
  let current = null;
  const asking = async (path, params) => {
    current?.abort();
    current = new AbortController();
    return ask(path, params, { signal: current.signal });
  };
  asking.stop = () => current?.abort();
  return asking;
}

export const isAbort = (error) => error?.name === "AbortError";
