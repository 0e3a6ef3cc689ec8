// What changed: after each lever the largest clear differences in sentences, or that there is none.
import { html, nothing } from "../../vendor/lit-html/lit-html.js"
import { state, set } from "../store.js"
import { own, t } from "../words.js"
import { measureOf } from "../catalogue.js"
import { ahead, band } from "../answers.js"

const isUsual = () => state.scenario === "baseline" && !Object.keys(state.levers).length

function waiting(found) {
  const place = ahead(state, found.pending)
  const before = Math.max(place?.curve?.ahead ?? 0, place?.band?.ahead ?? 0)
  if (!found.pending) return nothing
  return html`<p class="faint">${before ? t("changed.ahead", { n: before }) : t("changed.computing")}</p><div class="wait"></div>`
}

function jump(name) {
  const theme = measureOf(name)?.theme
  set({ view: "charts", theme: theme ?? state.theme, measure: name, panel: "chart" })
}

function sentences(answer) {
  const top = answer.top ?? []
  if (!top.length) return html`<p>${t("changed.none", { n: answer.n })}</p>`
  const rows = top.map((name) => answer.changes.find((change) => change.measure === name)).filter(Boolean)
  return html`<ol>${rows.map((row) => html`<li><button class="bare jump" @click=${() => jump(row.measure)}>
    <span class="way" aria-hidden="true">${row.verdict === "up" ? "▲" : "▼"}</span><span>${own(row.sentence)}</span></button></li>`)}</ol>`
}

/** The strip under the tabs. */
export function changedStrip() {
  const found = band(state)
  if (isUsual()) {
    return html`<section class="changed idle" aria-live="polite"><p>${t("changed.idle")}</p>${waiting(found)}</section>`
  }
  const answer = found.value
  return html`<section class="changed" aria-live="polite" aria-busy=${found.pending ? "true" : "false"}>
    <h2>${t("changed.title")}</h2>
    ${found.error && !found.pending ? html`<p class="note bad">${own(found.error.texts) || t("lost.later")}</p>` : nothing}
    ${answer ? sentences(answer) : nothing}${waiting(found)}
    ${answer ? html`<small class="how">${t("changed.how", { n: answer.n })}</small>` : nothing}
  </section>`
}

/** How many clear differences each theme has. */
export const badges = () => (isUsual() ? {} : (band(state).value?.badges ?? {}))

/** The measures that clearly differ: as many in each theme as its badge says. */
export const clearMeasures = () => new Set(isUsual() ? []
  : (band(state).value?.changes ?? []).filter(({ verdict }) => verdict !== "unclear").map(({ measure }) => measure))
