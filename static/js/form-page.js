// The one button of a FIR's printed form.
import { byId } from "./dom.js";

byId("print-time").textContent = byId("form-printed").textContent;
byId("form-print").addEventListener("click", () => print());
