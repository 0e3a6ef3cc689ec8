// What the views show of a question: curve, band, what changed; the last one stays until the next one has come.
import { ask } from "./api.js"
import { changed } from "./store.js"
import { questionOf } from "./link.js"

const LATE = 500 // ms until a visitor is told how many wait before
const last = {}
const progress = { question: null, source: null, timer: 0, place: null }

const path = (name, question, more = "") => {
  const query = [question, more].filter(Boolean).join("&")
  return `/api/${name}${query ? `?${query}` : ""}`
}

/** An answer, or the last one that the same slot has shown, marked as `stale`. */
function sticky(slot, entry) {
  if (entry.value) last[slot] = entry.value
  return { ...entry, shown: entry.value ?? last[slot] ?? null, stale: !entry.value && Boolean(last[slot]) }
}

export const curve = (state) => sticky("curve", ask(path("curve", questionOf(state))))
export const usual = (state) => ask(path("curve", questionOf({ luck: state.luck })))
export const network = (state, lang) => sticky("network", ask(path("network", questionOf(state), `lang=${lang}`)))
export const money = (state, lang) => sticky("money", ask(path("money", questionOf(state), `lang=${lang}`)))
export const events = (state, lang) => sticky("events", ask(path("events", questionOf(state), `lang=${lang}`)))
export const measure = (name, lang) => ask(`/api/measures/${name}?lang=${lang}`)
export const opening = (lang) => ask(`/api/story?lang=${lang}`)

/** The band of a policy: first a quick one, then the whole one. */
export function band(state) {
  const question = questionOf({ ...state, luck: 1 }) // the members of the posterior bring their own luck
  const quick = ask(path("band", question, "quick=1"))
  if (!quick.value || quick.value.final) return sticky("band", quick)
  const whole = ask(path("band", question))
  return sticky("band", whole.value ? whole : { ...whole, value: quick.value })
}

/** B less A, averaged over a window. */
export function compare(a, b, from, to) {
  const sides = [a, b].map((side) => encodeURIComponent(questionOf({ ...side, luck: 1 })))
  return sticky("compare", ask(`/api/compare?a=${sides[0]}&b=${sides[1]}&from=${from}&to=${to}`))
}

/** How many questions come first, if an answer takes its time; null if nothing is known. */
export function ahead(state, pending) {
  const question = pending ? questionOf(state) : null
  if (question !== progress.question) follow(question)
  return progress.place
}

addEventListener("pagehide", () => follow(null)) // a page that is left holds no connection

function follow(question) {
  progress.source?.close()
  clearTimeout(progress.timer)
  Object.assign(progress, { question, source: null, place: null })
  if (question === null) return
  progress.timer = setTimeout(() => {
    const source = new EventSource(path("progress", question))
    progress.source = source
    source.addEventListener("place", (event) => {
      progress.place = JSON.parse(event.data)
      changed()
    })
    source.addEventListener("done", () => source.close())
    source.onerror = () => source.close()
  }, LATE)
}
