// The dialog of links and downloads.
import { html } from "../../vendor/lit-html/lit-html.js"
import { state, linkTo } from "../store.js"
import { questionOf } from "../link.js"
import { t } from "../words.js"
import { forClass } from "../class.js"
import { icon } from "./icons.js"
import { copied } from "./copied.js"

const FILES = ["measures.csv", "band.csv", "events.csv", "scenario.toml"]

/** Open the dialog. */
export function openShare() {
  document.querySelector("dialog.share")?.showModal()
}

/** Links and files of what is on the screen. */
export function share() {
  const question = questionOf(state)
  const shut = () => document.querySelector("dialog.share").close()
  return html`<dialog class="share" aria-labelledby="share-title">
    <header class="row spread"><h2 id="share-title">${t("share.title")}</h2>
      <button class="icon" aria-label=${t("close")} @click=${shut}>${icon("close")}</button></header>
    ${copied(t("share.link"), forClass(linkTo()))}<p class="faint">${t("share.linkNote")}</p>
    <h3>${t("share.files")}</h3><ul class="files">${FILES.map((file) => html`<li><a class="button" download
      href=${`/api/download/${file}${question ? `?${question}` : ""}`}>${t(`share.${file.replace(".", "_")}`)}</a></li>`)}</ul>
    <p class="faint">${t("share.scenarioNote", { luck: state.luck }).split("`").map((part, k) => (k % 2 ? html`<code>${part}</code>` : part))}</p>
    <p class="faint">${t("share.chartNote")}</p></dialog>`
}
