// You are the regulator: goals that conflict, a budget of political capital, moves dated month by month.
import { html, nothing } from "../../vendor/lit-html/lit-html.js"
import { live } from "../../vendor/lit-html/directives/live.js"
import { styled } from "../parts/styled.js"
import { state, set, changed } from "../store.js"
import { ask, forget, post } from "../api.js"
import { monthNumber, questionOf } from "../link.js"
import { month as monthName, number, own, t } from "../words.js"
import { catalogue, leverOf, measureOf, plain } from "../catalogue.js"
import { room, scores } from "../class.js"
import { icon } from "../parts/icons.js"
import { said } from "../parts/levers.js"

const EVERY = 3 // months between two dates that are offered
const undone = [] // policies before each move, the latest last
const draft = { lever: "", value: null, month: null, name: "", rank: null, fault: null }

const game = () => catalogue.regulator
const question = (levers = state.game) => questionOf({ levers })
const moves = () => Object.entries(state.game).flatMap(([lever, steps]) => steps.map((step) => ({ lever, ...step })))
  .sort((a, b) => a.month - b.month || a.lever.localeCompare(b.lever))

function play(next) {
  undone.push(state.game)
  Object.assign(draft, { rank: null, fault: null })
  set({ game: next })
}

/** The policy with the move that is being chosen. */
function drafted() {
  const { lever, value, month } = draft
  const steps = [...(state.game[lever] ?? []).filter((step) => step.month !== month), { value, month }]
  return { ...state.game, [lever]: steps.sort((a, b) => a.month - b.month) }
}

function drop({ lever, month }) {
  const steps = state.game[lever].filter((step) => step.month !== month)
  const next = { ...state.game, [lever]: steps }
  if (!steps.length) delete next[lever]
  play(next)
}

function mandates() {
  return html`<section class="card"><h2>${t("regulator.want")}</h2><p>${t("regulator.wantNote")}</p>
    <div class="row choice" role="group" aria-label=${t("regulator.want")}>${game().mandates.map(({ key, label }) => html`<button
      aria-pressed=${state.mandate === key ? "true" : "false"} @click=${() => set({ mandate: key })}>${label}</button>`)}</div></section>`
}

function builder(cost) {
  const known = game().levers.map(({ key }) => leverOf(key)).filter(Boolean)
  const lever = leverOf(draft.lever) ?? known[0]
  const stops = lever.stops.map(plain)
  const first = monthNumber(game().first_month)
  const last = monthNumber(game().last_month)
  draft.lever = lever.key
  if (!stops.includes(draft.value)) draft.value = stops.at(-1)
  draft.month ??= first
  const price = game().levers.find(({ key }) => key === lever.key)
  const then = ask(`/api/regulator/cost?${question(drafted())}`).value
  const dearer = then && cost ? Math.round(then.spent - cost.spent) : null // below 0 where it takes the place of another
  const dates = Array.from({ length: Math.floor((last - first) / EVERY) + 1 }, (_, k) => first + k * EVERY)
  return html`<section class="card builder"><h2>${t("regulator.move")}</h2>
    <label class="stack">${t("regulator.lever")}<select .value=${live(lever.key)} @change=${(event) => { draft.lever = event.target.value; draft.value = null; changed() }}>
      ${known.map(({ key, label }) => html`<option value=${key} ?selected=${key === lever.key}>${label}</option>`)}</select></label>
    <p class="faint">${lever.meaning}</p>
    <div class="row choice" role="group" aria-label=${lever.label}>${stops.map((stop) => html`<button aria-pressed=${stop === draft.value ? "true" : "false"}
      @click=${() => { draft.value = stop; changed() }}>${said(lever, stop)}</button>`)}</div>
    <label class="stack">${t("regulator.from")}<select .value=${live(String(draft.month))} @change=${(event) => { draft.month = Number(event.target.value); changed() }}>
      ${dates.map((month) => html`<option value=${month} ?selected=${month === draft.month}>${monthName(month)}</option>`)}</select></label>
    ${price?.cost_note ? html`<p class="faint">${price.cost_note}</p>` : nothing}
    <p class="price"><strong>${!dearer ? "" : t("regulator.price", { n: number(dearer) })}</strong></p>
    <button class="main" ?disabled=${cost?.left <= 0} @click=${() => play(drafted())}>${t("regulator.add")}</button></section>`
}

function priceOf(cost, { lever, month }) {
  const found = cost?.moves.find((one) => one.lever === lever && one.month === month)
  return found ? t("regulator.price", { n: number(Math.round(found.cost)) }) : ""
}

function budget(cost) {
  const spent = cost?.spent ?? 0
  const share = Math.min(spent / game().budget, 1)
  const left = t("regulator.left", { n: number(Math.round(cost?.left ?? game().budget)), of: game().budget })
  return html`<section class="card budget ${spent > game().budget ? "over" : ""}"><div class="row spread"><h2>${t("regulator.budget")}</h2>
      <strong>${left}</strong></div>
    <div class="meter" role="img" aria-label=${left}>
      <span ${styled({ width: `${100 * share}%` })}></span></div>
    ${moves().length ? html`<ol class="moves">${moves().map((move) => html`<li><time>${monthName(move.month, true)}</time>
      <span>${leverOf(move.lever)?.label}${t("colon")}<strong>${leverOf(move.lever) ? said(leverOf(move.lever), move.value) : move.value}</strong></span>
      <small>${priceOf(cost, move)}</small>
      <button class="bare icon" aria-label=${t("regulator.drop", { lever: leverOf(move.lever)?.label ?? "" })} @click=${() => drop(move)}>${icon("close")}</button></li>`)}</ol>`
      : html`<p class="faint">${t("regulator.noMoves")}</p>`}
    <div class="row"><button ?disabled=${!undone.length} @click=${() => set({ game: undone.pop() })}>${icon("undo")} ${t("regulator.undo")}</button>
      <button ?disabled=${!moves().length} @click=${() => play({})}>${t("regulator.restart")}</button></div></section>`
}

/** A score from 0 to 100 with its spread; the line in the middle is the market without you. */
function bar({ score, low, high }, label) {
  const place = (value) => `${Math.min(Math.max(value, 0), 100)}%`
  return html`<div class="score-bar" role="img" aria-label=${`${label}${t("colon")}${Math.round(score)} (${Math.round(low)}–${Math.round(high)})`}>
    <span class="middle"></span><span class="spread-of" ${styled({ left: place(low), width: place(high - low) })}></span>
    <span class="point" ${styled({ left: place(score) })}></span></div>`
}

function goals(answer) {
  const of = (key) => answer?.goals.find((goal) => goal.key === key)
  const weights = game().mandates.find(({ key }) => key === state.mandate)?.weights ?? {}
  return html`<ul class="goals">${game().goals.map((goal) => html`<li class="card"><div class="row spread"><h3>${goal.label}</h3>
    <span class="badge">${t("regulator.weight", { n: Math.round(100 * (weights[goal.key] ?? 0)) })}</span></div>
    ${of(goal.key) ? html`${bar(of(goal.key), goal.label)}<p>${own(of(goal.key).sentence)}</p>` : html`<p class="faint">${goal.meaning}</p>
      <p class="faint">${measureOf(goal.measure)?.label ?? ""}</p>`}</li>`)}</ul>`
}

function total(answer) {
  return html`<section class="card total" aria-live="polite"><div><p class="giant">${Math.round(answer.score)}</p>
      <p class="faint">${t("regulator.spread", { low: Math.round(answer.low), high: Math.round(answer.high), n: answer.n })}</p></div>
    <div class="lucks" role="img" aria-label=${t("regulator.lucks", { n: answer.lucks.length,
      low: Math.round(Math.min(...answer.lucks)), high: Math.round(Math.max(...answer.lucks)) })}>
      <span class="middle"></span>${answer.lucks.map((score) => html`<span class="luck" ${styled({ left: `${Math.min(Math.max(score, 0), 100)}%` })}></span>`)}</div>
    <p class="faint">${t("regulator.fifty")}</p></section>`
}

async function submit() {
  const body = { question: question(), mandate: state.mandate }
  if (draft.name.trim()) body.name = draft.name.trim()
  try {
    draft.rank = (await post("/api/class/scores", body)).rank
    draft.fault = null
    forget("/api/class/scores")
  } catch (fault) {
    draft.fault = fault
  }
  changed()
}

function debriefing(answer) {
  return html`<section class="card debrief"><h2>${t("regulator.debrief")}</h2><p>${own(answer.debrief)}</p>
    <table><caption>${t("regulator.byMandate")}</caption><tbody>${game().mandates.map(({ key, label }) => html`<tr class=${key === state.mandate ? "now" : ""}>
      <th scope="row">${label}</th><td class="number">${Math.round(answer.by_mandate[key])}</td></tr>`)}</tbody></table>
    <p>${t(answer.goals.some(({ verdict }) => verdict !== "unclear") ? "regulator.wise" : "regulator.unsure", { n: answer.n })}</p></section>`
}

function board(answer) {
  const found = scores(state.mandate).value
  return html`<section class="card board"><h2>${t("regulator.board")}</h2>
    ${answer && moves().length ? html`<div class="row">${room.me?.group ? html`<span>${room.me.group.name}</span>` : html`<label class="row">${t("lessons.group")}
      <input type="text" maxlength=${catalogue.limits.group_name} .value=${draft.name} @input=${(event) => { draft.name = event.target.value }}></label>`}
      <button class="main" @click=${submit}>${t("regulator.submit")}</button></div>` : nothing}
    ${draft.rank ? html`<p class="note" role="status">${t("regulator.rank", { n: draft.rank })}</p>` : nothing}
    ${draft.fault ? html`<p class="note bad" role="alert">${own(draft.fault.texts) || t("lost.told")}</p>` : nothing}
    ${found?.rows.length ? html`<ol class="ranks">${found.rows.slice(0, 12).map((row) => html`<li><strong>${row.group || t("nameless")}</strong>
      <span>${Math.round(row.score)} <small>(${Math.round(row.low)}–${Math.round(row.high)})</small></span></li>`)}</ol>` : html`<p class="faint">${t("regulator.empty")}</p>`}</section>`
}

/** The game. */
export function regulator() {
  const cost = ask(`/api/regulator/cost?${question()}`)
  const affordable = !cost.value || cost.value.left >= 0
  const found = affordable && cost.value ? ask(`/api/regulator/score?${[question(), `mandate=${state.mandate}`].filter(Boolean).join("&")}`) : null
  const fault = cost.error ?? found?.error
  return html`<div class="regulator"><header><h1>${t("regulator.title")}</h1><p>${t("regulator.lead", { n: catalogue.members, budget: game().budget })}</p></header>
    ${mandates()}
    <div class="game"><div class="game-side">${budget(cost.value)}${builder(cost.value)}</div>
      <div class="game-main">${affordable ? nothing : html`<p class="note bad" role="alert">${t("regulator.over")}</p>`}
        ${fault && !cost.pending && !found?.pending ? html`<p class="note bad" role="alert">${own(fault.texts) || t("lost.told")}</p>` : nothing}
        ${found?.pending || cost.pending ? html`<p class="faint">${t("changed.computing")}</p><div class="wait"></div>` : nothing}
        ${found?.value ? total(found.value) : nothing}${goals(found?.value)}
        ${found?.value && moves().length ? debriefing(found.value) : nothing}${board(found?.value)}</div></div></div>`
}
