// Six measures of a theme. Each title says the measure and what it shows; each opens large.
import { html, nothing } from "../../vendor/lit-html/lit-html.js"
import { repeat } from "../../vendor/lit-html/directives/repeat.js"
import { state, set } from "../store.js"
import { month as monthName, own, spoken, t } from "../words.js"
import { catalogue, leverOf, measureOf, sixOf } from "../catalogue.js"
import { band, curve, usual } from "../answers.js"
import { digits, finding, summary } from "../parts/figures.js"
import { badges, clearMeasures } from "../parts/changed.js"
import { moveTo } from "../parts/clock.js"
import { said } from "../parts/levers.js"
import { icon } from "../parts/icons.js"
import "../parts/chart.js"

const drawn = new Map() // what each chart was given last, so that an unchanged chart is not drawn anew

/** The few events of law and market that every chart marks, without those that the visitor's levers overrule. */
function lawMarks() {
  const overruled = (levers, month) => levers.length > 0 && levers.every((key) => state.levers[key]?.some((step) => step.month <= month))
  const found = (catalogue.marks[state.scenario] ?? []).filter(({ levers, month }) => !overruled(levers, month))
  return found.map(({ month, short, text, source }, k) => ({
    month, kind: "law", tag: String(k + 1), short, text, label: `${monthName(month)}${t("colon")}${text}. ${t("charts.source")}${t("colon")}${source}` }))
}

/** Own levers that come into force in a month, and what law and market did. */
export function marksOf() {
  const mine = Object.entries(state.levers).flatMap(([key, steps]) => steps.filter(({ month }) => month > 0).map(
    ({ value, month }) => {
      const text = `${leverOf(key)?.label}${t("colon")}${said(leverOf(key), value)}`
      return { month, kind: "mine", tag: "▼", text, label: `${monthName(month)}${t("colon")}${text}` }
    }))
  return [...lawMarks(), ...mine]
}

/** What a chart of one measure is given; the same object as long as nothing has changed. */
export function chartData(name, marks) {
  const reference = usual(state).value?.measures[name] ?? null
  const run = curve(state).shown?.measures[name] ?? reference // until the first answer has come
  if (!run) return null
  const spread = band(state).shown?.measures[name]
  const parts = [run, reference, spread, marks.map(({ label }) => label).join(), spoken()]
  const before = drawn.get(name)
  if (before && before.parts.every((part, k) => part === parts[k])) return before.data
  const data = {
    run, usual: reference, low: spread?.low, high: spread?.high, marks,
    names: { run: t("charts.yours"), usual: t("charts.usual") },
  }
  data.summary = summary(measureOf(name), data, monthName)
  drawn.set(name, { parts, data })
  return data
}

function one(measure, marks, clear) {
  const data = chartData(measure.name, marks)
  const value = data?.run[state.month]
  const said_ = data ? finding(measure, data.run, data.usual, state.month) : ""
  return html`<figure class="plot card ${clear.has(measure.name) ? "clear" : ""}" data-measure=${measure.name}>
    <figcaption>
      <h3>${measure.label}</h3>
      <p class="finding"><strong>${digits(measure, value)}</strong> <span>${measure.unit}</span>
        ${said_ ? html`<em>${said_}</em>` : nothing}</p>
      <button class="bare icon open" aria-label=${t("charts.open", { label: measure.label })}
        @click=${() => set({ measure: measure.name, panel: "chart" })}>${icon("open")}</button>
    </figcaption>
    ${data ? html`<km-chart .data=${data} .month=${state.month} @km-month=${(event) => moveTo(event.detail)}></km-chart>`
      : html`<div class="wait"></div>`}
  </figure>`
}

/** Buttons of the themes, with a badge where something has clearly changed. */
function themes() {
  const clear = badges()
  return html`<div class="themes row" role="group" aria-label=${t("charts.themes")}>${catalogue.themes.map(({ key, label }) =>
    html`<button aria-pressed=${state.theme === key ? "true" : "false"} @click=${() => set({ theme: key })}>${label}
      ${clear[key] ? html`<span class="badge"><span aria-hidden="true">${clear[key]}</span><span class="unseen">
        ${t("charts.badge", { n: clear[key] })}</span></span>` : nothing}</button>`)}</div>`
}

/** What the numbers on the charts mean; a press moves the month there. */
function markKey(marks) {
  return html`<ol class="mark-key" aria-label=${t("charts.law")}>${marks.map(({ month, kind, tag, text, label }) => html`<li>
    <button class="bare" title=${label} @click=${() => moveTo(month)}><span class="disc ${kind}" aria-hidden="true">${tag}</span>
      <span><time>${monthName(month, true)}</time> ${text}</span></button></li>`)}</ol>`
}

/** What lines, bands and rings of a chart are; rings where it shows `facts`. */
export function legend(facts = false) {
  const found = band(state).shown
  const key = (kind, text) => html`<li><span class="key ${kind}" aria-hidden="true"></span>${text}</li>`
  return html`<ul class="legend">${key("run", t("charts.run"))}${key("usual", t("charts.usualLong"))}
    ${found ? key("band", t("charts.band", { n: found.n, share: Math.round(100 * (found.share ?? 0.8)) })) : nothing}
    ${facts ? key("away", t("charts.observed")) : nothing}</ul>`
}

/** The view of six charts. */
export function charts() {
  const marks = marksOf()
  const clear = clearMeasures()
  const found = curve(state)
  return html`<div class="charts ${found.value || found.error ? "" : "stale"}">
    <div class="row spread">${themes()}${legend()}</div>
    ${found.error?.texts && !found.pending ? html`<p class="note bad" role="alert">${own(found.error.texts)}</p>` : nothing}
    <h2 class="unseen">${catalogue.themes.find(({ key }) => key === state.theme)?.label}</h2>
    <div class="six">${repeat(sixOf(state.theme, clear), ({ name }) => name, (measure) => one(measure, marks, clear))}</div>
    ${markKey(marks)}
  </div>`
}

