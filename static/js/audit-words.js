// The codes of the audit log in the reader's words; a code without one shows itself.
import { t } from "./i18n.js";

export const ACTIONS = {
  signed_in: () => t("signed in"), signed_out: () => t("signed out"), sign_in_failed: () => t("sign-in failed"), sign_in_refused: () => t("sign-in refused after many attempts"),
  account_made: () => t("made an account"), account_disabled: () => t("disabled an account"), account_released: () => t("released an account"), password_set: () => t("set a password"), token_made: () => t("made an API token"),
  audit_read: () => t("read the audit log"), deliver: () => t("delivered records"),
  "record.open": () => t("opened a record"), "person.read": () => t("read persons"), "record.print": () => t("printed a FIR"), "record.pin": () => t("pinned a record"), "record.unpin": () => t("took a pin back"),
  "local_name.learn": () => t("taught a local name"), "local_name.withdraw": () => t("withdrew a local name"), "geocode.redo": () => t("placed records anew"),
  export: () => t("exported"), "layer.load": () => t("loaded points"), "layer.delete": () => t("deleted points"), "view.share": () => t("shared a view"), delete: () => t("deleted"),
  plan_made: () => t("made a patrol plan"), plan_printed: () => t("printed beat cards"), plan_withdrawn: () => t("withdrew a patrol plan"), place_renewed: () => t("renewed a place"),
  visit_started: () => t("started a visit"), visit_ended: () => t("ended a visit"), visit_typed: () => t("typed in a visit"),
  briefing_made: () => t("made a briefing"), briefing_taken: () => t("took a copy of a briefing"),
  forecast_published: () => t("published a forecast"), forecast_renewed: () => t("renewed a cell of a forecast"), hotspots_published: () => t("published a hotspot test"),
};

export const OBJECTS = {
  account: () => t("Account"), audit: () => t("Audit log"), record: () => t("Record"), delivery: () => t("Delivery"), export: () => t("Export"), layer: () => t("Layer"),
  local_name: () => t("Local name"), view: () => t("Saved view"), stay: () => t("Hotel stay"), redo_run: () => t("Placing anew"), patrol_plan: () => t("Patrol plan"), patrol_visit: () => t("Visit"), weekly_report: () => t("Briefing"), jurisdiction: () => t("Area"),
  forecast_run: () => t("Forecast"), hotspot_run: () => t("Hotspot test"),
};
