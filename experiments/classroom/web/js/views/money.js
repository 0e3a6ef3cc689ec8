// Who pays whom: ribbons from payers to payees over the twelve months up to the month of the page.
import { html, nothing } from "../../vendor/lit-html/lit-html.js"
import { state, set } from "../store.js"
import { month as monthName, number, spoken, t } from "../words.js"
import { money as moneyOf } from "../answers.js"
import "../parts/sankey.js"

const YEAR = 12
const TOLD = 4 // kinds of payment named in a ribbon
let all = false

/** Payments of the last year between each two sectors, G$, with the kinds that make them up. */
export function pairsOf(answer, month, everything) {
  const pairs = new Map()
  for (const { payer, payee, label, ai, musd } of answer.flows) {
    if (!everything && !ai) continue
    let paid = 0
    for (let m = Math.max(month - YEAR + 1, 0); m <= month; m += 1) paid += (musd[m] ?? 0) / 1000
    if (paid < 0.005) continue
    const key = `${payer}>${payee}`
    if (!pairs.has(key)) pairs.set(key, { payer, payee, value: 0, kinds: new Map() })
    const pair = pairs.get(key)
    pair.value += paid
    pair.kinds.set(label, (pair.kinds.get(label) ?? 0) + paid)
  }
  return [...pairs.values()].sort((a, b) => b.value - a.value)
}

const kindsOf = ({ kinds }) => [...kinds].sort((a, b) => b[1] - a[1]).slice(0, TOLD).map(([label]) => label).join(", ")

function table(pairs, names) {
  return html`<details class="as-list"><summary>${t("charts.table")}</summary><div class="wide" tabindex="0" role="region" aria-label=${t("charts.table")}><table>
    <thead><tr><th>${t("money.payer")}</th><th>${t("money.payee")}</th><th class="number">${t("bn", { n: "" })}</th><th>${t("money.what")}</th></tr></thead>
    <tbody>${pairs.map((pair) => html`<tr><td>${names[pair.payer]}</td><td>${names[pair.payee]}</td>
      <td class="number">${number(pair.value)}</td><td>${kindsOf(pair)}</td></tr>`)}</tbody></table></div></details>`
}

/** The view of payments. */
export function money() {
  const answer = moneyOf(state, spoken()).shown
  if (!answer) return html`<div class="loading"><p>${t("changed.computing")}</p><div class="wait"></div></div>`
  const names = Object.fromEntries(answer.sectors.map(({ key, label }) => [key, label]))
  const pairs = pairsOf(answer, state.month, all)
  const scope = (wanted, label) => html`<button aria-pressed=${all === wanted ? "true" : "false"}
    @click=${() => { all = wanted; set({}, { step: false }) }}>${label}</button>`
  const top = pairs[0]
  const summary = t("money.summary", { month: monthName(state.month), n: pairs.length,
    top: top ? `${names[top.payer]} → ${names[top.payee]}, ${t("bn", { n: number(top.value) })}` : "–" })
  return html`<div class="money">
    <div class="row spread"><h2>${t("money.title", { month: monthName(state.month) })}</h2>
      <div class="row choice" role="group" aria-label=${t("money.scope")}>${scope(false, t("money.ai"))}${scope(true, t("money.all"))}</div></div>
    <p class="faint">${t("money.note")}</p>
    ${pairs.length ? html`<km-sankey class="card" .show=${{ pairs, names, summary, words: kindsOf, key: `${state.month}${all}${state.look}${spoken()}` }}></km-sankey>` : nothing}
    ${table(pairs, names)}</div>`
}
