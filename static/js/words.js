// Names of the fixed things: kinds, shifts, methods of a fix, discovery. One place, so that every screen says the same.
import { lang, named, t } from "./i18n.js";

export const KINDS = ["fir", "complaint", "incident", "stay"];
export const SHIFTS = ["night", "day", "evening"];

export function kindName(kind) {
  return { fir: t("FIRs"), complaint: t("Complaints"), incident: t("Incidents"), stay: t("Hotel stays") }[kind] ?? kind;
}

export function kindOne(kind) {
  return { fir: t("FIR"), complaint: t("Complaint"), incident: t("Incident"), stay: t("Hotel stay") }[kind] ?? kind;
}

export function shiftName(shift) {
  return { night: t("Night"), day: t("Day"), evening: t("Evening") }[shift] ?? shift;
}

export function shiftHours(shift) {
  return { night: "00–08", day: "08–16", evening: "16–24" }[shift] ?? "";
}

/** How a record was placed, in an officer's words. */
export function methodName(method) {
  return {
    coordinates: t("by coordinates"),
    place: t("by place name"),
    landmark: t("by landmark"),
    bearing: t("by distance and direction from the thana"),
    station_area: t("somewhere in the station's area"),
    pin: t("by an officer's pin"),
    unplaced: t("not placed"),
  }[method] ?? method;
}

export function discoveryName(discovery) {
  return {
    reported: t("Reported to police"),
    discovered: t("Discovered by patrol"),
    accident: t("Accident"),
    unknown: t("Not known"),
  }[discovery] ?? discovery;
}

export function levelName(level) {
  return {
    country: t("Country"), province: t("Province"), region: t("Region"), division: t("Division"),
    district: t("District"), circle: t("Circle"), station: t("Station"), beat: t("Beat"),
  }[level] ?? level;
}

/** The part that a person has in a record. */
export function partyName(role) {
  return { complainant: t("Complainant"), guest: t("Guest"), accused: t("Accused"), victim: t("Victim"), witness: t("Witness") }[role] ?? role;
}

export function partName(part) {
  return {
    person: t("Against persons"), property: t("Against property"), local: t("Local and special laws"),
    accident: t("Accidents"), miscellaneous: t("Other"), none: t("Other"),
  }[part] ?? part;
}

/** A reason in the reader's language, with the record's station by its name: the geocoder knows stations by their codes. */
export function reasonText(reason, station = null) {
  const words = typeof reason === "string" ? reason : (lang === "ur" && reason.text_ur) || reason.text || reason.code;
  if (!station?.code) return words;
  // A station's name says already that it is one.
  return words.replaceAll(`station ${station.code}`, named(station)).replaceAll(`تھانہ ${station.code}`, named(station)).replaceAll(station.code, named(station));
}
