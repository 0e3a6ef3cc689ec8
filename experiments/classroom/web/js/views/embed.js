// One chart for a teacher's own page.
import { html } from "../../vendor/lit-html/lit-html.js"
import { state, linkTo } from "../store.js"
import { month as monthName, t } from "../words.js"
import { catalogue, measureOf } from "../catalogue.js"
import { chartData, marksOf } from "./charts.js"
import { digits, finding } from "../parts/figures.js"
import { clock, moveTo } from "../parts/clock.js"

/** The chart, its month, and the way to the page. */
export function embed() {
  const measure = measureOf(state.measure) ?? catalogue.measures[0]
  const data = chartData(measure.name, marksOf())
  return html`<main class="embedded"><header><h1>${measure.label} <small>(${measure.unit})</small></h1>
    ${data ? html`<p class="finding">${monthName(state.month)}${t("colon")}<strong>${digits(measure, data.run[state.month])}</strong>
      <em>${finding(measure, data.run, data.usual, state.month)}</em></p>` : html`<div class="wait"></div>`}</header>
    <km-chart .data=${data} .month=${state.month} @km-month=${(event) => moveTo(event.detail)}></km-chart>
    <div class="row">${clock()}<a href=${linkTo({ view: "charts", measure: measure.name })} target="_blank" rel="noopener">Kingmaker ↗<span class="unseen"> ${t("embed.open")}</span></a></div></main>`
}
