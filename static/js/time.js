// Windows of time as plain local days. A window is half-open: `2026-11-01..2026-11-08` holds seven days.

const DAY = 86_400_000;

export const toDays = (iso) => Math.floor(Date.parse(`${iso.slice(0, 10)}T00:00:00Z`) / DAY);
export const fromDays = (days) => new Date(days * DAY).toISOString().slice(0, 10);

/** The Monday on or before a day. 1970-01-01 was a Thursday. */
export const monday = (days) => Math.floor((days + 3) / 7) * 7 - 3;

/** `{from, to}` in days of a window text, where `-28d` counts back from `end`. */
export function parseWindow(text, end) {
  const back = /^-(\d{1,5})d$/.exec(text);
  if (back) return { from: end - Number(back[1]), to: end };
  const span = /^(\d{4}-\d{2}-\d{2})[^.]*\.\.(\d{4}-\d{2}-\d{2})/.exec(text);
  if (!span) return null;
  const from = toDays(span[1]);
  const to = toDays(span[2]);
  return Number.isFinite(from) && Number.isFinite(to) && to > from ? { from, to } : null;
}

export const windowText = ({ from, to }) => `${fromDays(from)}..${fromDays(to)}`;

/** The window of the same length just before. */
export const before = ({ from, to }) => ({ from: from - (to - from), to: from });
