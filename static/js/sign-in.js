// Fills the name of a demonstration account, so that only its password is left to type.
import { byId } from "./dom.js";
import "./theme.js";

for (const button of document.querySelectorAll("[data-name]")) {
  button.addEventListener("click", () => {
    byId("name").value = button.dataset.name;
    byId("password").focus();
  });
}
