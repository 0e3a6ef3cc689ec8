// Lessons: read, predict, lock, and only then see what the model says.
import { html, nothing } from "../../vendor/lit-html/lit-html.js"
import { unsafeHTML } from "../../vendor/lit-html/directives/unsafe-html.js"
import { state, set, changed } from "../store.js"
import { own, spoken, t } from "../words.js"
import { catalogue, measureOf } from "../catalogue.js"
import { lessonPage, lock, meet, outcome, room } from "../class.js"
import { icon } from "../parts/icons.js"
import { verdictOf } from "../parts/interval.js"
import { result } from "./outcome.js"

const drafts = {} // lesson -> { answers, reason, name, fault }: kept while the visitor looks elsewhere
const SAY = ["up", "down", "unclear"]
const draftOf = (id) => (drafts[id] ??= { answers: {}, reason: "", name: "", fault: null, busy: false })

function list() {
  return html`<div class="lessons"><h1>${t("lessons.title")}</h1><p>${t("lessons.lead")}</p>
    <div class="lesson-cards">${catalogue.lessons.map((lesson, k) => {
      const locked = room.me?.locked?.[lesson.id]
      const open = room.now?.open === lesson.id
      return html`<article class="card lesson-card ${open ? "open" : ""}"><span class="order" aria-hidden="true">${k + 1}</span>
        <h2>${lesson.title}</h2><p>${lesson.question}</p>
        <div class="row">${open ? html`<span class="badge">${t("lessons.now")}</span>` : nothing}${locked ? html`<span class="badge">${t("lessons.locked")}</span>` : nothing}
        <button class="main" @click=${() => set({ lesson: lesson.id })}>${t(locked ? "lessons.again" : "lessons.begin")}
          <span class="unseen">: ${lesson.title}</span></button></div></article>`
    })}</div></div>`
}

async function send(lesson) {
  const draft = draftOf(lesson.id)
  Object.assign(draft, { busy: true, fault: null })
  changed()
  const body = { lesson: lesson.id, answers: draft.answers, reason: draft.reason }
  if (draft.name.trim()) body.name = draft.name.trim()
  try {
    await lock(body)
    draft.locked = true
  } catch (fault) {
    draft.fault = fault
    meet()
  }
  draft.busy = false
  changed()
}

function choice(draft, name) {
  const measure = measureOf(name)
  return html`<fieldset class="guess"><legend>${measure.label} <small>(${measure.unit})</small></legend>
    <div class="row">${SAY.map((say) => html`<label class="say ${say}"><input type="radio" name=${`say-${name}`} value=${say}
      .checked=${draft.answers[name] === say} @change=${() => { draft.answers[name] = say; changed() }}>
      <span>${verdictOf(say)}</span></label>`)}</div></fieldset>`
}

function form(lesson) {
  const draft = draftOf(lesson.id)
  const left = lesson.measures.filter((name) => !draft.answers[name]).length
  const write = (key) => (event) => { draft[key] = event.target.value }
  return html`<form class="card predict" @submit=${(event) => { event.preventDefault(); send(lesson) }}>
    <h2>${t("lessons.predict")}</h2><p>${t("lessons.how")}</p>
    ${lesson.measures.map((name) => choice(draft, name))}
    <label class="stack">${t("lessons.reason")}<textarea rows="2" maxlength=${catalogue.limits.reason} .value=${draft.reason} @input=${write("reason")}></textarea></label>
    ${room.me?.group ? html`<p>${t("lessons.asGroup", { name: room.me.group.name })}</p>` : html`<label class="stack">${t("lessons.group")}
      <input type="text" autocomplete="off" maxlength=${catalogue.limits.group_name} placeholder=${t("lessons.groupHint")} .value=${draft.name} @input=${write("name")}></label>`}
    ${draft.fault ? html`<p class="note bad" role="alert">${own(draft.fault.texts) || t("lost.told")}</p>` : nothing}
    <button class="main large-button" type="submit" ?disabled=${left > 0 || draft.busy}>${icon("lock")} ${t("lessons.lock")}</button>
    ${left ? html`<p class="faint" aria-live="polite">${t("lessons.left", { n: left })}</p>` : nothing}</form>`
}

function closed() {
  return html`<section class="card closed" id="outcome" aria-label=${t("lessons.outcome")}>${icon("lock")}
    <p>${t("lessons.closed")}</p></section>`
}

function page(lesson) {
  const text = lessonPage(lesson.id, spoken()).value
  const open = Boolean(room.me?.locked?.[lesson.id]) || room.me?.teacher || room.now?.revealed?.includes(lesson.id)
  const found = open ? outcome(lesson.id, spoken()) : null
  if (found?.value && draftOf(lesson.id).locked) {
    draftOf(lesson.id).locked = false // led there once: on a phone the outcome stands below the text
    requestAnimationFrame(() => {
      const shown = document.querySelector("#outcome")
      shown?.scrollIntoView({ behavior: "instant" })
      shown?.focus({ preventScroll: true })
    })
  }
  return html`<div class="lesson"><button class="bare back" @click=${() => set({ lesson: "" })}>‹ ${t("lessons.all")}</button>
    <header><h1>${lesson.title}</h1><p class="question">${lesson.question}</p>
      <div class="sides"><section class="card"><h2>A</h2><p>${lesson.policies.a}</p></section><section class="card"><h2>B</h2><p>${lesson.policies.b}</p></section></div></header>
    <div class="lesson-body"><div class="lesson-text card">${text ? unsafeHTML(text.html) : html`<div class="wait"></div>`}</div>
      <div>${open ? nothing : form(lesson)}${found ? result(lesson, found) : closed()}</div></div></div>`
}

/** The list of lessons, or one of them. */
export function lessons() {
  const lesson = catalogue.lessons.find(({ id }) => id === state.lesson)
  return lesson ? page(lesson) : list()
}
