// The browser's words. The English text is the key; Urdu comes from the same .po file as the templates.

export const lang = document.documentElement.lang === "ur" ? "ur" : "en";
export const rtl = lang === "ur";

const words = lang === "en" ? {} : await load();

async function load() {
  try {
    const answer = await fetch(document.documentElement.dataset.words);
    return answer.ok ? (await answer.json()).messages : {};
  } catch {
    return {};
  }
}

// In a right-to-left sentence a number keeps its own direction, else "±120" and "3–5" would come out mirrored.
const isolated = (value) => (rtl && !/[\u0600-\u06ff]/.test(value) ? `\u2066${value}\u2069` : value);

function put(text, values) {
  return text.replace(/%\((\w+)\)s/g, (whole, name) => (name in values ? isolated(String(values[name])) : whole));
}

/** The sentence in the reader's language, with `%(name)s` filled. */
export function t(message, values = {}) {
  const found = words[message];
  return put(typeof found === "string" && found ? found : message, values);
}

/** The same with a number: `%(n)s` is the formatted number. */
export function tn(one, many, n, values = {}) {
  const found = words[one];
  const forms = Array.isArray(found) ? found : [one, many];
  return put(n === 1 ? forms[0] : forms[1] ?? forms[0], { n: number(n), ...values });
}

/** A name in the reader's language, else in the other. */
export function named(thing) {
  if (!thing) return "";
  return (lang === "ur" ? thing.name_ur || thing.name : thing.name || thing.name_ur) || thing.code || thing.key || "";
}

// Western digits in both languages by default, as in the registers that officers read beside the screen.
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const two = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const three = new Intl.NumberFormat("en", { maximumFractionDigits: 3 });

export function number(value) {
  return whole.format(value);
}

/** A mass in records, rounded for a screen: the exact number stays in the API. */
export function mass(value) {
  const size = Math.abs(value);
  if (size >= 1000) return whole.format(value);
  if (size >= 10) return one.format(value);
  if (size >= 0.1 || size === 0) return two.format(value);
  return size < 0.001 ? "<0.001" : three.format(value);
}

const figures = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });

/** The edge of a class: two figures, however small. */
export const edge = (value) => figures.format(value);

export function percent(share, digits = 0) {
  return new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: digits }).format(share);
}

const ZONE = "Asia/Karachi";
const locale = lang === "ur" ? "ur-PK-u-nu-latn" : "en-GB";
const forms = {
  day: new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: ZONE }),
  moment: new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hour12: false, timeZone: ZONE }),
  short: new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false, timeZone: ZONE }),
  time: new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: ZONE }),
  mark: new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" }),
  month: new Intl.DateTimeFormat(locale, { month: "short", timeZone: "UTC" }),
  plain: new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }),
};

/** A moment as local day and clock time. */
export function when(iso, form = "moment") {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? String(iso ?? "") : forms[form].format(date);
}

/** A calendar day (`2026-11-15`), which has no zone. */
export function day(iso, form = "plain") {
  return forms[form].format(new Date(`${iso.slice(0, 10)}T00:00:00Z`));
}
