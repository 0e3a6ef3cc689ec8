// The levers: a slider over a few positions each, when it comes into force, what it is and what it moves.
import { html, nothing } from "../../vendor/lit-html/lit-html.js"
import { live } from "../../vendor/lit-html/directives/live.js"
import { styled } from "./styled.js"
import { icon } from "./icons.js"
import { state, set } from "../store.js"
import { month as monthName, number, t } from "../words.js"
import { catalogue, leverOf, measureOf, plain } from "../catalogue.js"

const PLAIN_SCALE = /^($|0 = |weight|poids|scale|échelle)/ // units of the model that tell a class nothing

/** Whether the column shows a lever: some do something only beside another, once that one is moved. */
const isShown = ({ key, listed, beside }) => listed || key in state.levers || beside in state.levers

/** A lever's value in words: the name of its position, or its number and unit. */
export function said(lever, value) {
  const place = lever.stops.findIndex((stop) => plain(stop) === value)
  const named = place >= 0 && lever.stop_labels ? lever.stop_labels[place] : null
  if (named) return named
  if (lever.unit === "0–1") return `${number(100 * value)} %`
  return PLAIN_SCALE.test(lever.unit) ? number(value) : `${number(value)} ${lever.unit}`
}

const usualOf = (lever) => plain(lever.default)
const stepOf = (lever) => state.levers[lever.key]?.at(-1)

/** Positions of the slider, in order; one that a link has brought is among them. */
function stopsOf(lever) {
  const values = lever.stops.map(plain)
  const now = stepOf(lever)?.value ?? usualOf(lever)
  return values.includes(now) ? values : [...values, now].sort((a, b) => a - b)
}

function hold(lever, step) {
  const levers = { ...state.levers }
  const unmoved = step === null || (step.value === usualOf(lever) && !step.month)
  if (unmoved) delete levers[lever.key]
  else levers[lever.key] = [step]
  set({ levers })
}

function control(lever, stops, value) {
  const place = stops.indexOf(value)
  const usual = stops.indexOf(usualOf(lever))
  const month = stepOf(lever)?.month ?? 0
  if (stops.length === 2) {
    return html`<div class="switch" role="group" aria-label=${lever.label}>${stops.map((stop) => html`<button
      aria-pressed=${stop === value ? "true" : "false"} @click=${() => hold(lever, { value: stop, month })}
      >${said(lever, stop)}</button>`)}</div>`
  }
  return html`<div class="slide">
    <input type="range" min="0" max=${stops.length - 1} step="1" .value=${live(String(place))} aria-label=${lever.label}
      aria-valuetext=${said(lever, value)} @input=${(event) => hold(lever, { value: stops[Number(event.target.value)], month })}>
    ${usual >= 0 ? html`<span class="usual-place" aria-hidden="true" ${styled({
      left: `calc(13px + ${usual / (stops.length - 1)} * (100% - 26px))` })}></span>` : nothing}
  </div>`
}

function since(lever, value, step) {
  return html`<label class="row since">${t("levers.since")}
    <select .value=${live(String(step?.month ?? 0))} @change=${(event) => hold(lever, { value, month: Number(event.target.value) })}>
      <option value="0">${t("levers.start")}</option>
      ${Array.from({ length: catalogue.months / 6 - 1 }, (_, k) => (k + 1) * 6).map((month) =>
        html`<option value=${month}>${monthName(month)}</option>`)}
      ${step?.month && step.month % 6 ? html`<option value=${step.month}>${monthName(step.month)}</option>` : nothing}
    </select></label>`
}

function row(lever) {
  const step = stepOf(lever)
  const value = step?.value ?? usualOf(lever)
  const stops = stopsOf(lever)
  return html`<div class="lever ${step ? "moved" : ""}" data-lever=${lever.key}>
    <div class="row spread"><h4>${lever.label}</h4>
      ${step ? html`<button class="bare icon" aria-label=${t("levers.letGo", { lever: lever.label })}
        @click=${() => hold(lever, null)}>${icon("undo")}</button>` : nothing}</div>
    <div class="row spread value"><strong>${said(lever, value)}</strong>
      ${step ? html`<small>${t("levers.usual", { value: said(lever, usualOf(lever)) })}</small>` : nothing}</div>
    ${control(lever, stops, value)}
    <details><summary>${t("levers.more")}<span class="unseen"> ${lever.label}</span></summary>
      <p>${lever.meaning}</p>
      ${since(lever, value, step)}
      ${lever.moves?.length ? html`<p><small>${t("levers.moves")} ${lever.moves.slice(0, 4)
        .map((name) => measureOf(name)?.label ?? name).join(" · ")}</small></p>` : nothing}
      ${lever.law ? html`<p><small>${lever.law}</small></p>` : nothing}
    </details>
  </div>`
}

function group({ key, label }) {
  const levers = catalogue.levers.filter((lever) => lever.group === key && isShown(lever))
  const moved = levers.filter((lever) => state.levers[lever.key]).length
  if (!levers.length) return nothing
  return html`<details class="lever-group" ?open=${key === catalogue.groups[0].key || moved > 0}>
    <summary><h3>${label}</h3>${moved ? html`<span class="badge" title=${t("levers.moved", { n: moved })}>${moved}</span>` : nothing}</summary>
    ${levers.map(row)}</details>`
}

const preset = () => catalogue.presets.find(({ key }) => key === state.scenario)

/** The column of levers (on a phone: the sheet). */
export function levers() {
  const any = Object.keys(state.levers).length > 0
  return html`
    <div class="lever-head">
      <label class="stack">${t("levers.preset")}
        <select .value=${live(state.scenario)} @change=${(event) => set({ scenario: event.target.value })}>
          ${catalogue.presets.map(({ key, label }) => html`<option value=${key} ?selected=${key === state.scenario}>${label}</option>`)}
        </select></label>
      ${state.scenario !== "baseline" && preset()?.description ? html`<p class="faint">${preset().description}</p>` : nothing}
      <div class="row">
        <button @click=${() => set({ luck: (state.luck % 16) + 1 })} title=${t("levers.luckTitle")}>${icon("dice")} ${t("levers.luck", { n: state.luck })}</button>
        <button ?disabled=${!any} @click=${() => set({ levers: {} })}>${t("levers.reset")}</button>
      </div>
    </div>
    ${catalogue.groups.map(group)}`
}

/** The policy in force, in a few words; empty where no lever is moved. */
export function policyWords(policy = state.levers) {
  return Object.entries(policy).flatMap(([key, steps]) => {
    const lever = leverOf(key)
    return lever ? steps.map(({ value, month }) => `${lever.label}${t("colon")}${said(lever, value)}${month ? ` (${monthName(month, true)})` : ""}`) : []
  }).join(t("semicolon"))
}
