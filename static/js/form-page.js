// The one button of a FIR's printed form.
import { byId } from "./dom.js";

byId("form-print").addEventListener("click", () => print());
