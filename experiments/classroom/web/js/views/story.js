// The opening: five steps in a minute, from who pays for AI to the lever in your hand.
import { html, nothing } from "../../vendor/lit-html/lit-html.js"
import { keyed } from "../../vendor/lit-html/directives/keyed.js"
import { styled } from "../parts/styled.js"
import { state, set } from "../store.js"
import { ask } from "../api.js"
import { month as monthName, number, spoken, t } from "../words.js"
import { catalogue, leverOf, measureOf, plain } from "../catalogue.js"
import { money as moneyOf, opening, usual } from "../answers.js"
import { questionOf } from "../link.js"
import { summary } from "../parts/figures.js"
import { icon } from "../parts/icons.js"
import { said } from "../parts/levers.js"
import "../parts/chart.js"

const BASE = { scenario: "baseline", luck: 1, levers: {} }
const kept = new Map()
const tried = { value: null }

const go = (step) => set({ step })

/** Data of a chart of the reference, or of a lever beside it; the same object each time. */
function curvesOf(name, lever, value) {
  const reference = usual(BASE).value?.measures[name]
  const run = value === null ? reference : ask(`/api/curve?${questionOf({ levers: { [lever]: [{ value, month: 0 }] } })}`).value?.measures[name]
  if (!reference || !run) return null
  const key = [name, lever, value, spoken()].join()
  if (!kept.has(key)) {
    const data = { run, usual: reference, marks: [], names: { run: t("charts.yours"), usual: t("charts.usual") } }
    data.summary = summary(measureOf(name), data, monthName)
    kept.set(key, data)
  }
  return kept.get(key)
}

/** Who pays in a year: a circle for each line of the sector's income, as large as the money. */
function payers(month) {
  const income = moneyOf(BASE, spoken()).value?.income
  if (!income) return html`<div class="wait"></div>`
  const first = Math.floor(month / 12) * 12
  const rows = income.map(({ key, label, musd }) => ({ key, label, paid: musd.slice(first, first + 12).reduce((a, b) => a + (b ?? 0), 0) / 1000 }))
  const most = Math.max(...rows.map(({ paid }) => paid))
  return html`<p class="payers-year">${t("story.year", { year: 2022 + first / 12 })}</p><ul class="payers">${rows.filter(({ paid }) => paid > most / 400).map(({ key, label, paid }) => html`<li class=${key}>
    <span class="bubble" aria-hidden="true" ${styled({ width: `${Math.max(Math.sqrt(paid / most) * 9, 0.8)}em`, height: `${Math.max(Math.sqrt(paid / most) * 9, 0.8)}em` })}></span>
    <strong>${t("bn", { n: number(paid) })}</strong><span>${label}</span></li>`)}</ul>`
}

function graph(step, value = null) {
  // a step that names no measure shows what its lever moves most
  const name = step.measure ?? leverOf(step.lever)?.moves?.[0] ?? catalogue.measures[0].name
  const measure = measureOf(name)
  const data = measure && curvesOf(name, step.lever, value)
  return html`<figure class="plot card"><figcaption><h2>${measure?.label ?? ""} <small>(${measure?.unit ?? ""})</small></h2></figcaption>
    ${data ? html`<km-chart .data=${data} .month=${step.month}></km-chart>` : html`<div class="wait"></div>`}</figure>`
}

/** The lever in the visitor's hand: its positions are at hand, nothing is computed. */
function lever(step) {
  const found = leverOf(step.lever)
  const stops = found.stops.map(plain)
  const value = tried.value ?? plain(found.default)
  return html`<div class="try"><div class="row choice" role="group" aria-label=${found.label}>${stops.map((stop) => html`<button aria-pressed=${stop === value ? "true" : "false"}
    @click=${() => { tried.value = stop; set({}, { step: false }) }}>${said(found, stop)}</button>`)}</div>
    <p><strong>${found.label}</strong> – ${found.meaning}</p>${graph(step, stops.includes(tried.value) && tried.value !== plain(found.default) ? tried.value : null)}</div>`
}

function doors() {
  const door = (view) => html`<button class="door-card card" @click=${() => set({ view, step: 0 })}>${icon(view)}
    <strong>${t(`nav.${view}`)}</strong><span>${t(`story.${view}`, { n: catalogue.members })}</span></button>`
  return html`<div class="doors">${["charts", "lessons", "regulator"].map(door)}</div>`
}

function picture(step, last) {
  if (last) return html`${lever(step)}${doors()}`
  return step.measure && !("services_musd" in step.figures) ? graph(step) : payers(step.month)
}

/** The story, one step a page. */
export function story() {
  const steps = opening(spoken()).value?.steps
  if (!steps) return html`<div class="loading"><div class="wait"></div></div>`
  const place = Math.min(state.step, steps.length - 1)
  const step = steps[place]
  const last = place === steps.length - 1
  return html`<div class="story">
    <nav class="dots" aria-label=${t("story.steps")}>${steps.map(({ title }, k) => html`<button class="bare" aria-current=${k === place ? "step" : "false"}
      aria-label=${`${k + 1}. ${title}`} @click=${() => go(k)}></button>`)}</nav>
    ${keyed(place, html`<article class="story-step"><div class="story-text" aria-live="polite"><p class="kicker">${t("story.kicker", { n: place + 1, of: steps.length })}</p>
      <h1>${step.title}</h1><p class="lead">${step.text}</p></div><div class="story-picture">${picture(step, last)}</div></article>`)}
    <div class="row spread story-steer">${last ? nothing : html`<button class="bare" @click=${() => set({ view: "charts", step: 0 })}>${t("story.skip")}</button>`}
      <div class="row">${place ? html`<button @click=${() => go(place - 1)}>‹ ${t("story.back")}</button>` : nothing}
        ${last ? nothing : html`<button class="main large-button" @click=${() => go(place + 1)}>${t("story.next")} ›</button>`}</div></div></div>`
}
