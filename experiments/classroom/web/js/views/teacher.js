// The teacher's screen, made to be projected: the class's address, its predictions, the reveal.
import { html, nothing } from "../../vendor/lit-html/lit-html.js"
import { unsafeHTML } from "../../vendor/lit-html/directives/unsafe-html.js"
import { state, set, changed } from "../store.js"
import { own, spoken, t } from "../words.js"
import { catalogue, measureOf } from "../catalogue.js"
import { boardOf, guide as guideOf, isAlone, order, outcome, room, scores, teach } from "../class.js"
import { votes } from "../parts/votes.js"
import { interval, verdictOf } from "../parts/interval.js"

const screen = { key: "", fault: null, undo: null, names: false }

async function attempt(action) {
  screen.fault = null
  try {
    return await action()
  } catch (fault) {
    screen.fault = fault
    return null
  } finally {
    changed()
  }
}

const fault = () => (screen.fault ? html`<p class="note bad" role="alert">${own(screen.fault.texts) || t("lost.told")}</p>` : nothing)

function door() {
  const enter = (event) => {
    event.preventDefault()
    attempt(() => teach(screen.key.trim()))
  }
  return html`<form class="card door" @submit=${enter}><h1>${t("teacher.title")}</h1><p>${t("teacher.key")}</p>
    <label class="stack">${t("teacher.keyLabel")}<input type="password" autocomplete="off" @input=${(event) => { screen.key = event.target.value }}></label>
    ${fault()}<button class="main" type="submit">${t("teacher.enter")}</button></form>`
}

function address() {
  const found = room.me.addresses?.[0] ?? location.origin
  return html`<section class="card address"><div><p class="faint">${t("teacher.join")}</p><p class="url">${found.replace(/^http:\/\//, "").replace(/\/$/, "")}</p>${isAlone(found) ? html`<p class="note">${t("teacher.alone")}</p>` : nothing}</div>
    <img src="/api/class/qr.svg" alt=${t("teacher.qr", { address: found })} width="180" height="180"></section>`
}

function picker(open) {
  return html`<div class="row lesson-picker" role="group" aria-label=${t("teacher.choose")}>${catalogue.lessons.map(({ id, title }) => html`<button
    aria-pressed=${open === id ? "true" : "false"} @click=${() => choose(id, open)}>${title}</button>`)}</div>`
}

/** Open a lesson for the class; the one that is open closes, if that is meant. */
function choose(id, open) {
  if (id === open && !confirm(t("teacher.closeAsk"))) return
  attempt(() => order("open", { lesson: id === open ? null : id }))
}

async function clear(lesson) {
  if (!confirm(t("teacher.clearAsk"))) return
  screen.undo = await attempt(() => order("clear", { lesson }))
}

async function restore() {
  const done = await attempt(() => order("undo", { undo: screen.undo.undo }))
  if (done) screen.undo = null
  changed()
}

function live(lesson, board) {
  const found = board?.revealed ? outcome(lesson.id, spoken()).value : null
  return html`<div class="live">${lesson.measures.map((name) => {
    const row = board?.measures.find(({ measure }) => measure === name) ?? { up: 0, down: 0, unclear: 0, verdict: null }
    const told = found?.rows.find(({ measure }) => measure === name)
    return html`<article class="card"><h2>${measureOf(name).label}</h2>${votes(row, board?.revealed ? row.verdict : null)}
      ${told ? html`<p class="told">${own(told.sentence)}</p>${interval(told, own(told.sentence))}` : nothing}</article>`
  })}</div>${found ? html`<p class="faint">${t("lessons.note", { n: found.n, share: Math.round(100 * found.share) })}</p>` : nothing}`
}

function groups(board) {
  if (!board?.rows?.length) return nothing
  return html`<details class="card" ?open=${screen.names}><summary>${t("teacher.groups")}</summary><div class="wide" tabindex="0" role="region" aria-label=${t("teacher.groups")}><table><thead><tr><th>${t("lessons.group")}</th>
    ${board.measures.map(({ measure }) => html`<th>${measureOf(measure).label}</th>`)}<th>${t("lessons.reason")}</th></tr></thead>
    <tbody>${board.rows.map((row) => html`<tr><th scope="row">${row.group || t("nameless")}</th>${board.measures.map(({ measure }) => html`<td>${row.answers[measure] ? verdictOf(row.answers[measure]) : "–"}</td>`)}
      <td>${row.reason}</td></tr>`)}</tbody></table></div></details>`
}

function steer(lesson, board) {
  return html`<div class="row steer"><button class="main large-button" aria-pressed=${board?.revealed ? "true" : "false"}
      @click=${() => attempt(() => order("reveal", { lesson: lesson.id, revealed: !board?.revealed }))}>${t(board?.revealed ? "teacher.hide" : "teacher.reveal")}</button>
    <a class="button" href=${`/teacher?view=guide&lesson=${lesson.id}&lang=${spoken()}`} target="_blank" rel="noopener">${t("teacher.guide")}</a>
    <a class="button" href="/api/download/predictions.csv" download>${t("teacher.sheet")}</a>
    <button @click=${() => clear(lesson.id)}>${t("teacher.clear")}</button>
    ${screen.undo ? html`<span class="note row" role="status">${t("teacher.cleared", { n: screen.undo.removed })} <button @click=${restore}>${t("regulator.undo")}</button></span>` : nothing}</div>`
}

function standings() {
  const found = scores(state.mandate).value
  if (!found?.rows.length) return nothing
  return html`<section class="card board"><h2>${t("regulator.board")}</h2><ol class="ranks">${found.rows.slice(0, 10).map((row) => html`<li><strong>${row.group || t("nameless")}</strong>
    <span>${Math.round(row.score)}</span></li>`)}</ol></section>`
}

function stage() {
  const open = room.now?.open ?? null
  const lesson = catalogue.lessons.find(({ id }) => id === open)
  const board = lesson ? boardOf(lesson.id).value : null
  return html`<div class="teacher"><div class="row spread"><h1>${lesson?.title ?? t("teacher.title")}</h1>
      <button @click=${() => attempt(() => teach(null))}>${t("teacher.leave")}</button></div>
    ${picker(open)}${fault()}
    <div class="teacher-body">${address()}
      ${lesson ? html`<section class="card tally" aria-live="polite"><p class="giant">${room.now?.locked ?? 0}</p><p>${t("teacher.locked", { groups: room.now?.groups ?? 0 })}</p>
        ${board?.revealed && board.hit_rate !== null ? html`<p class="giant hit">${Math.round(100 * board.hit_rate)} %</p><p>${t("teacher.hit")}</p>` : nothing}</section>` : nothing}</div>
    ${lesson ? html`<p class="question">${lesson.question}</p>${steer(lesson, board)}${live(lesson, board)}${groups(board)}` : html`<p>${t("teacher.pick")}</p>`}
    ${standings()}</div>`
}

/** The screen, or the door to it. */
export function teacher() {
  if (!room.me) return html`<div class="wait"></div>`
  return room.me.teacher ? stage() : door()
}

/** The guide of a lesson, on a page of its own. */
export function guide() {
  if (!room.me) return html`<div class="wait"></div>`
  if (!room.me.teacher) return door()
  const lesson = catalogue.lessons.find(({ id }) => id === state.lesson) ?? catalogue.lessons[0]
  const found = guideOf(lesson.id, spoken())
  return html`<div class="guide"><div class="row choice" role="group" aria-label=${t("teacher.choose")}>${catalogue.lessons.map(({ id, title }) => html`<button
    aria-pressed=${id === lesson.id ? "true" : "false"} @click=${() => set({ lesson: id })}>${title}</button>`)}</div>
    <article class="card">${found.value ? unsafeHTML(found.value.html) : html`<div class="wait"></div>`}</article></div>`
}
