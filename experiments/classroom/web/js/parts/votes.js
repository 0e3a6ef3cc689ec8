// How the class has predicted a measure: three bars, and which of them the model agrees with.
import { html } from "../../vendor/lit-html/lit-html.js"
import { styled } from "./styled.js"
import { t } from "../words.js"
import { verdictOf } from "./interval.js"

/**
 * @param {{ up: number, down: number, unclear: number }} counts
 * @param {string|null} verdict - what the model says, once it may be known
 */
export function votes(counts, verdict) {
  const all = Math.max(counts.up + counts.down + counts.unclear, 1)
  return html`<dl class="votes">${["up", "down", "unclear"].map((say) => html`<div class="${say} ${verdict === say ? "agrees" : ""}">
    <dt>${verdictOf(say)}</dt>
    <dd><span class="bar" ${styled({ width: `${(100 * counts[say]) / all}%` })}></span>
      <strong>${counts[say]}</strong>${verdict === say ? html`<span class="model">${t("lessons.model")}</span>` : ""}</dd></div>`)}</dl>`
}
