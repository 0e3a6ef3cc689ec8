// The address of the page is its state: what stands here is read from a link and written into one.
import { LANGUAGES } from "./words.js"

export const EXPLORE = ["charts", "network", "money", "events", "compare"]
export const VIEWS = ["story", ...EXPLORE, "lessons", "regulator", "teacher", "guide", "embed"]
const OLD_VIEWS = { timeline: "events", share: "charts" } // links of the page before this one

// what a link may hold beside levers, with the value that is left out
const PLAIN = {
  view: "", scenario: "baseline", luck: 1, month: 35, theme: "chips", measure: "", panel: "chart", step: 0,
  firm: "", lesson: "", flow: "chips", size: "compute", mandate: "even", lang: "", look: "",
}
/** What the page itself offers of a kind; the catalogue has the choices of the others. */
export const CHOICES = { panel: ["chart", "table", "about", "share"], flow: ["chips", "compute", "money"], size: ["compute", "value"],
  lang: LANGUAGES, look: ["light", "dark"] }
const NUMBERS = new Set(["luck", "month", "step"])
const POLICIES = { levers: "", a: "a.", game: "g." } // the policy shown, policy A of the comparison, the regulator's
const MONTHS = 96

/** Month number (0 = January 2022) of "2026-03"; NaN if it is none. */
export function monthNumber(text) {
  const found = /^(\d{4})-(\d{2})$/.exec(text)
  return found && found[2] >= "01" && found[2] <= "12" ? (found[1] - 2022) * 12 + Number(found[2]) - 1 : NaN
}

/** "2026-03" of a month number. */
export function monthLabel(month) {
  return `${2022 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}`
}

const numberText = (value) => (value === Infinity ? "inf" : String(value))

/** A lever's steps as a link and the server write them: `0.5`, `0.5@2026-03`, `0.5,1@2024-03`. */
export function scheduleText(steps) {
  return steps.map(({ value, month }) => numberText(value) + (month ? `@${monthLabel(month)}` : "")).join(",")
}

function scheduleOf(text) {
  const steps = text.split(",").map((part) => {
    const [number, date] = part.split("@")
    return { value: number === "inf" ? Infinity : Number(number || NaN), month: date === undefined ? 0 : monthNumber(date) }
  })
  return steps.every(({ value, month }) => !Number.isNaN(value) && month >= 0) ? steps : null
}

function policyOf(query, known, prefix, faults) {
  const found = {}
  for (const [key, text] of query) {
    const lever = key.slice(prefix.length)
    if (!key.startsWith(prefix) || !known(lever)) continue
    const steps = scheduleOf(text)
    if (steps) found[lever] = steps
    else faults.push(`${key}=${text}`.slice(0, 60))
  }
  return found
}

function plainOf(query, offered, faults) {
  const found = { ...PLAIN }
  for (const key of Object.keys(PLAIN)) {
    if (!query.has(key)) continue
    const text = query.get(key)
    const choices = CHOICES[key] ?? offered(key)
    const fits = NUMBERS.has(key) ? /^\d{1,6}$/.test(text) : !choices || !text || choices.includes(text)
    if (fits) found[key] = NUMBERS.has(key) ? Number(text) : text || PLAIN[key]
    else faults.push(`${key}=${text}`.slice(0, 60))
  }
  return found
}

/**
 * The state that a link asks for, and the parts of the link that could not be used.
 * @param {string} search - what stands after the question mark
 * @param {(key: string) => boolean} known - whether there is such a lever
 * @param {string} home - the view of a link that names none
 * @param {(key: string) => string[] | undefined} offered - what the server offers of a kind, such as its themes
 */
export function readLink(search, known, home, offered) {
  const query = new URLSearchParams(search)
  const faults = []
  const state = plainOf(query, offered, faults)
  for (const [name, prefix] of Object.entries(POLICIES)) state[name] = policyOf(query, known, prefix, faults)
  state.view = OLD_VIEWS[state.view] ?? state.view
  if (state.view && !VIEWS.includes(state.view)) {
    faults.push(`view=${state.view}`.slice(0, 60))
    state.view = ""
  }
  // a link with a policy but without a view wants to show what the policy does
  const bare = [...query.keys()].every((key) => ["lang", "look", "v", "step"].includes(key))
  state.view ||= bare || home !== "story" ? home : "charts"
  for (const key of query.keys()) {
    if (!(key in PLAIN) && !known(key.replace(/^[ag]\./, "")) && key !== "v") faults.push(key.slice(0, 60))
  }
  state.month = Math.min(state.month, MONTHS - 1)
  return { state, faults }
}

/** The part of a link from the question mark on; what is at its usual value is left out. */
export function writeLink(state, home = "story") {
  const query = new URLSearchParams()
  for (const [key, usual] of Object.entries(PLAIN)) {
    const plain = key === "view" ? home : usual
    if (state[key] !== plain) query.set(key, state[key])
  }
  for (const [name, prefix] of Object.entries(POLICIES)) {
    for (const [key, steps] of Object.entries(state[name])) query.set(prefix + key, scheduleText(steps))
  }
  if (state.view === "story" && query.size && home === "story") query.set("view", "story")
  return query.size ? `?${readable(query)}` : ""
}

const readable = (query) => query.toString().replaceAll("%40", "@").replaceAll("%2C", ",")

/** A question as the server reads it: scenario, luck and levers. */
export function questionOf({ scenario = "baseline", luck = 1, levers = {} }) {
  const query = new URLSearchParams()
  if (scenario !== "baseline") query.set("scenario", scenario)
  if (luck !== 1) query.set("luck", luck)
  for (const key of Object.keys(levers).sort()) query.set(key, scheduleText(levers[key]))
  return readable(query)
}

/** The state that a question of the server stands for. */
export function stateOfQuestion(question, known) {
  const query = new URLSearchParams(question)
  return {
    scenario: query.get("scenario") ?? "baseline", luck: Number(query.get("luck") ?? 1),
    levers: policyOf(query, known, "", []),
  }
}
