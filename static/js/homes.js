// Where the map opens, and the quick ways across the country. Centres only; every outline comes from our own tiles.
import { t } from "./i18n.js";

export const COUNTRY = { bbox: [60.8, 23.6, 77.9, 37.2] };

export const HOMES = [
  { name: () => t("Lahore"), center: [74.335, 31.525], zoom: 11.2 },
  { name: () => t("Karachi"), center: [67.06, 24.9], zoom: 10.8 },
  { name: () => t("Islamabad"), center: [73.07, 33.65], zoom: 11 },
  { name: () => t("Peshawar"), center: [71.55, 34.0], zoom: 11.6 },
  { name: () => t("Quetta"), center: [67.0, 30.19], zoom: 11.8 },
];

const wide = ([west, south, east, north]) => east - west > 4 || north - south > 4;

/** A reader of one city or station opens on it; a reader of the country on the first of the cities. */
export function homeOf(session) {
  const bbox = session.user?.jurisdiction?.bbox;
  if (bbox && !wide(bbox)) return { bounds: [[bbox[0], bbox[1]], [bbox[2], bbox[3]]] };
  return { center: HOMES[0].center, zoom: HOMES[0].zoom };
}
