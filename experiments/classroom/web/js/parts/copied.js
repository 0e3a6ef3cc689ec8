// A text to be copied, with its button.
import { html } from "../../vendor/lit-html/lit-html.js"
import { t } from "../words.js"
import { copy } from "./save.js"

/** @param {string} label - what the text is */
export function copied(label, text) {
  const press = async (event) => {
    const button = event.currentTarget
    const done = await copy(button.parentElement.querySelector("textarea"))
    button.querySelector("span").textContent = t(done ? "share.copied" : "share.selected")
  }
  return html`<div class="copied"><label>${label}<textarea readonly rows="2" .value=${text}></textarea></label>
    <button @click=${press}><span aria-live="polite">${t("share.copy")}</span></button></div>`
}
