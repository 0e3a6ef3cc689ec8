// Two policies on the same luck: what B differs from A in, with intervals over the posterior.
import { html, nothing } from "../../vendor/lit-html/lit-html.js"
import { state, set } from "../store.js"
import { month as monthName, own, t } from "../words.js"
import { monthLabel } from "../link.js"
import { catalogue, measureOf } from "../catalogue.js"
import { compare as compareOf } from "../answers.js"
import { digits } from "../parts/figures.js"
import { interval, verdictOf } from "../parts/interval.js"
import { policyWords } from "../parts/levers.js"

const FIRST = 60 // the window: what matters is where a policy leads

const words = (policy) => policyWords(policy) || t("compare.usual")

function rowOf(row) {
  const measure = measureOf(row.measure)
  if (!measure) return nothing
  const range = `${digits(measure, row.low)} … ${digits(measure, row.high)}`
  return html`<tr class=${row.verdict}><th scope="row"><button class="bare jump" @click=${() => set({ view: "charts", theme: measure.theme, measure: measure.name, panel: "chart" })}
      >${measure.label}</button><br><small>${measure.unit}</small></th>
    <td class="number" data-head="A">${digits(measure, row.a ?? row.reference)}</td><td class="number" data-head="B">${digits(measure, row.b ?? row.value)}</td>
    <td class="bar-cell">${interval(row, `${t("compare.difference")}${t("colon")}${digits(measure, row.difference)} (${range})`)}<small>${digits(measure, row.difference)} (${range})</small></td>
    <td>${verdictOf(row.verdict)}</td></tr>`
}

function table(rows, caption) {
  return html`<div class="wide" tabindex="0" role="region" aria-label=${t("compare.title")}><table class="comparison"><caption>${caption}</caption>
    <thead><tr><th>${t("compare.measure")}</th><th class="number">A</th><th class="number">B</th><th>${t("compare.difference")}</th><th>${t("compare.verdict")}</th></tr></thead>
    <tbody>${rows.map(rowOf)}</tbody></table></div>`
}

/** What is clear first; what is not, behind a word that opens it. */
function tables(answer) {
  const clear = answer.rows.filter(({ verdict }) => verdict !== "unclear")
  const unclear = answer.rows.filter(({ verdict }) => verdict === "unclear")
  const when = { first: monthName(answer.window[0], true), last: monthName(answer.window[1], true), n: answer.n }
  const caption = t("compare.caption", { ...when, share: Math.round(100 * answer.share) })
  return html`${clear.length ? table(clear, caption) : html`<p><strong>${t("compare.none", when)}</strong></p>`}
    ${unclear.length ? html`<details class="as-list"><summary>${t("compare.unclear", { n: unclear.length })}</summary>
      ${table(unclear, caption)}</details>` : nothing}
    ${clear.length ? html`<p class="faint">${t("compare.many", { k: answer.rows.length })}</p>` : nothing}`
}

/** The view of two policies. */
export function compare() {
  const b = { scenario: state.scenario, levers: state.levers }
  const a = { scenario: "baseline", levers: state.a }
  const found = compareOf(a, b, monthLabel(FIRST), monthLabel(catalogue.months - 1))
  const answer = found.shown
  return html`<div class="compare"><h2>${t("compare.title")}</h2>
    <div class="sides"><section class="card"><h3>A</h3><p>${words(state.a)}</p>
        <div class="row"><button @click=${() => set({ a: state.levers })}>${t("compare.keep")}</button>
        ${Object.keys(state.a).length ? html`<button @click=${() => set({ a: {} })}>${t("compare.clear")}</button>` : nothing}</div></section>
      <section class="card"><h3>B</h3><p>${words(state.levers)}</p><p class="faint">${t("compare.lever")}</p></section></div>
    ${answer ? html`<div class=${found.stale ? "stale" : ""}>${tables(answer)}</div>` : nothing}
    ${found.error && !found.pending ? html`<p class="note bad">${own(found.error.texts) || t("lost.later")}</p>` : nothing}
    ${found.pending ? html`<p class="faint">${t("changed.computing")}</p><div class="wait"></div>` : nothing}</div>`
}
