// One chart opened large: as a picture, as a table, with its definition, source and facts.
import { html, nothing } from "../../vendor/lit-html/lit-html.js"
import { state, set, linkTo } from "../store.js"
import { CHOICES, questionOf } from "../link.js"
import { month as monthName, spoken, t } from "../words.js"
import { measureOf } from "../catalogue.js"
import { measure as aboutOf } from "../answers.js"
import { forClass } from "../class.js"
import { chartData, legend, marksOf } from "../views/charts.js"
import { digits, finding } from "./figures.js"
import { moveTo } from "./clock.js"
import { saveCsv, savePng, saveSvg } from "./save.js"
import { icon } from "./icons.js"
import { copied } from "./copied.js"

const HALF_YEAR = 6
const close = () => set({ measure: "" })
const drawing = () => document.querySelector("dialog.large km-chart svg")

function picture(measure, data, facts) {
  const name = `kingmaker-${measure.name}`
  const shown = facts.length ? { ...data, facts } : data
  return html`<km-chart .data=${withFacts(shown)} .month=${state.month} @km-month=${(event) => moveTo(event.detail)}></km-chart>
    <div class="row spread"><div class="row"><button @click=${() => saveCsv(measure, data)}>CSV</button>
      <button @click=${() => saveSvg(drawing(), `${measure.label} (${measure.unit})`, name)}>SVG</button>
      <button @click=${() => savePng(drawing(), `${measure.label} (${measure.unit})`, name)}>PNG</button></div>
      ${legend(facts.length > 0)}</div>`
}

// the same object for the same data, so that the chart is not drawn anew at each month
let kept = {}
function withFacts(data) {
  if (kept.run !== data.run || kept.low !== data.low || kept.facts?.length !== data.facts?.length || kept.usual !== data.usual
    || kept.summary !== data.summary) kept = data
  return kept
}

function table(measure, { run, usual, low, high }) {
  const columns = [[t("charts.yours"), run], [t("charts.usual"), usual], [t("charts.low"), low], [t("charts.high"), high]]
    .filter(([, values]) => values)
  return html`<div class="wide" tabindex="0" role="region" aria-label=${t("charts.table")}><table><thead><tr><th>${t("clock.month")}</th>${columns.map(([name]) => html`<th class="number">${name}</th>`)}</tr></thead>
    <tbody>${run.map((_, k) => k).filter((k) => k % HALF_YEAR === 0 || k === run.length - 1 || k === state.month).map((k) => html`
      <tr class=${k === state.month ? "now" : ""}><th scope="row">${monthName(k)}</th>${columns.map(([, values]) =>
        html`<td class="number">${digits(measure, values[k])}</td>`)}</tr>`)}</tbody></table></div>`
}

function about(found) {
  if (!found) return html`<div class="wait"></div>`
  return html`<p class="definition">${found.definition}</p>${found.how ? html`<p>${found.how}</p>` : nothing}
    ${found.facts?.length ? html`<h3>${t("charts.facts")}</h3><div class="wide" tabindex="0" role="region" aria-label=${t("charts.facts")}><table><thead><tr><th>${t("clock.month")}</th>
      <th class="number">${found.unit}</th><th>${t("charts.source")}</th></tr></thead><tbody>${found.facts.map((fact) => html`<tr><td class="dated">${fact.label}</td>
      <td class="number">${digits(measureOf(found.name), fact.value)}</td><td>${[fact.publisher, fact.source, fact.date].filter(Boolean).join(", ")}</td></tr>`)}</tbody></table></div>`
      : html`<p class="faint">${t("charts.noFacts")}</p>`}`
}

function share(measure) {
  const query = [questionOf(state), `measure=${measure.name}`, `lang=${spoken()}`].filter(Boolean).join("&")
  const address = forClass(new URL(`/embed?${query}`, location.href).href)
  const frame = `<iframe src="${address.replaceAll("&", "&amp;")}" width="640" height="420" title="${measure.label}"></iframe>`
  return html`${copied(t("share.link"), forClass(linkTo({ panel: "chart" })))}${copied(t("share.embed"), frame)}`
}

/** The dialog; nothing if no chart is open. */
export function large() {
  const measure = measureOf(state.measure)
  const data = measure && chartData(measure.name, marksOf())
  const found = measure && aboutOf(measure.name, spoken()).value
  const facts = found?.facts ?? []
  return html`<dialog class="large" aria-labelledby="large-title" @close=${() => state.measure && close()}
    @click=${(event) => event.target.localName === "dialog" && close()}>${data ? html`
    <header class="row spread"><div><h2 id="large-title">${measure.label} <small>(${measure.unit})</small></h2>
      <p class="finding">${monthName(state.month)}${t("colon")}<strong>${digits(measure, data.run[state.month])}</strong> ${measure.unit}
        <em>${finding(measure, data.run, data.usual, state.month)}</em></p></div>
      <button class="icon" aria-label=${t("close")} @click=${close}>${icon("close")}</button></header>
    <div class="row choice" role="group" aria-label=${t("charts.panels")}>${CHOICES.panel.map((panel) => html`<button aria-pressed=${state.panel === panel ? "true" : "false"}
      @click=${() => set({ panel }, { step: false })}>${t(`charts.${panel}`)}</button>`)}</div>
    <div class="large-body">${{ chart: () => picture(measure, data, facts), table: () => table(measure, data), about: () => about(found),
      share: () => share(measure) }[state.panel]?.() ?? nothing}</div>` : nothing}</dialog>`
}
