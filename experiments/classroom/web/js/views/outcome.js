// The outcome of a lesson: what the model says beside what was predicted, the class's votes, and the curves of A and B.
import { html, nothing } from "../../vendor/lit-html/lit-html.js"
import { state, set } from "../store.js"
import { month as monthName, own, t } from "../words.js"
import { isLever, measureOf } from "../catalogue.js"
import { stateOfQuestion } from "../link.js"
import { interval, verdictOf } from "../parts/interval.js"
import { summary } from "../parts/figures.js"
import { votes } from "../parts/votes.js"
import { moveTo } from "../parts/clock.js"
import "../parts/chart.js"

const kept = new WeakMap() // what a chart is given, once for each answer

function curvesOf(monthly, measure) {
  if (!kept.has(monthly)) {
    const { a, b } = monthly
    const data = { run: b.mid, low: b.low, high: b.high, usual: a.mid, marks: [], names: { run: "B", usual: "A" } }
    data.summary = `B – ${summary(measure, data, monthName)}`
    kept.set(monthly, data)
  }
  return kept.get(monthly)
}

function one(row, answer) {
  const measure = measureOf(row.measure)
  const monthly = answer.monthly?.[row.measure]
  return html`<article class="card result ${row.right === true ? "right" : row.right === false ? "wrong" : ""}">
    <div class="row spread"><h3>${measure.label}</h3>
      ${row.right === null || row.right === undefined ? nothing : html`<span class="mark-of">${row.right ? `✔ ${t("lessons.right")}` : `✘ ${t("lessons.wrong")}`}</span>`}</div>
    <p>${own(row.sentence)}</p>
    ${interval(row, own(row.sentence))}
    <dl class="said">${row.said ? html`<div><dt>${t("lessons.youSaid")}</dt><dd>${verdictOf(row.said)}</dd></div>` : nothing}
      <div><dt>${t("lessons.modelSays")}</dt><dd>${verdictOf(row.verdict)}</dd></div></dl>
    ${row.class && row.class.up + row.class.down + row.class.unclear ? html`<h4>${t("lessons.classSaid")}</h4>${votes(row.class, row.verdict)}` : nothing}
    ${monthly ? html`<km-chart class="small" .data=${curvesOf(monthly, measure)} .month=${state.month} @km-month=${(event) => moveTo(event.detail)}></km-chart>` : nothing}
  </article>`
}

/** The outcome, or that it is on its way. */
export function result(lesson, found) {
  const answer = found.value
  const see = (question) => set({ view: "charts", a: {}, ...stateOfQuestion(question, isLever), theme: measureOf(lesson.measures[0]).theme })
  return html`<section id="outcome" class="outcome" tabindex="-1" aria-live="polite" aria-label=${t("lessons.outcome")}><h2>${t("lessons.outcome")}</h2>
    ${answer ? html`${answer.right === null || answer.right === undefined ? nothing : html`<p class="score-line">${t("lessons.score", { right: answer.right, of: answer.of })}</p>`}
      <div class="results">${answer.rows.map((row) => one(row, answer))}</div>
      <p class="faint">${t("lessons.note", { n: answer.n, share: Math.round(100 * answer.share) })}</p>
      ${answer.questions ? html`<div class="row"><button @click=${() => see(answer.questions.a)}>${t("lessons.see", { policy: "A" })}</button>
        <button @click=${() => see(answer.questions.b)}>${t("lessons.see", { policy: "B" })}</button></div>` : nothing}`
      : found.error && !found.pending ? html`<p class="note bad">${own(found.error.texts) || t("lost.told")}</p>`
      : html`<p class="faint">${t("changed.computing")}</p><div class="wait"></div>`}</section>`
}
