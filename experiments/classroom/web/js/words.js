// The page's words and how each language writes numbers and months.

export const LANGUAGES = ["en", "fr"]
let language = "en"
let words = {}
let numbers = {}

/** Load a language; its words are asked for once. */
export async function speak(wanted) {
  const chosen = LANGUAGES.includes(wanted) ? wanted : "en"
  const answer = await fetch(new URL(`../words/${chosen}.json`, import.meta.url))
  words = await answer.json()
  language = chosen
  numbers = {}
  document.documentElement.lang = chosen
}

/** The language of this page now. */
export const spoken = () => language

/** The text of a key ("charts.table"), its gaps filled in: t("lessons.left", { n: 3 }). */
export function t(key, given = {}) {
  const text = key.split(".").reduce((table, part) => table?.[part], words)
  if (typeof text !== "string") return key
  return text.replace(/\{(\w+)\}/g, (gap, name) => (name in given ? given[name] : gap))
}

/** An entry of a table of names; a name that it does not have stays as it is. */
export const named = (table, name) => words[table]?.[name] ?? name

/** The label in this language of something that carries one for each. */
export const own = (texts) => texts?.[language] ?? texts?.en ?? ""

function writer(digits) {
  numbers[digits] ??= new Intl.NumberFormat(language === "fr" ? "fr-FR" : "en-GB", {
    maximumFractionDigits: digits, minimumFractionDigits: 0,
  })
  return numbers[digits]
}

/** A number with three figures that matter, as the language writes it. */
export function number(value) {
  if (value === Infinity) return "∞"
  if (value === null || value === undefined || Number.isNaN(value)) return "–"
  const size = Math.abs(value)
  if (size < 5e-6) return "0"
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.01 ? 3 : 5
  return writer(digits).format(value).replace(/^-/, "−")
}

/** A number with a fixed count of decimals at most. */
export const fixed = (value, digits) => writer(digits).format(value).replace(/^-/, "−")

/** "March 2026", or "Mar 2026" where room is short. */
export function month(number_, short = false) {
  const name = words.months[number_ % 12]
  const year = 2022 + Math.floor(number_ / 12)
  return `${short ? words.shortMonths[number_ % 12] : name} ${year}`
}
