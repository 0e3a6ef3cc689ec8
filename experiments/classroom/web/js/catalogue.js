// What the server offers: levers, measures, presets, lessons. Loaded once for each language.
import { get, useVersion } from "./api.js"

export let catalogue = null
let measures = new Map()
let levers = new Map()

/** Load the catalogue of a language. */
export async function load(language) {
  catalogue = await get(`/api/catalogue?lang=${language}`)
  useVersion(catalogue.version)
  measures = new Map(catalogue.measures.map((measure) => [measure.name, measure]))
  levers = new Map(catalogue.levers.map((lever) => [lever.key, lever]))
}

/** Whether a link may hold a lever of this name. */
export const isLever = (key) => levers.has(key) || catalogue.regulator.levers.some((lever) => lever.key === key)

/** What a link may name of a kind; undefined if the server has no list of it. */
export const offered = (kind) => ({
  theme: () => catalogue.themes.map(({ key }) => key), measure: () => [...measures.keys()],
  lesson: () => catalogue.lessons.map(({ id }) => id), mandate: () => catalogue.regulator.mandates.map(({ key }) => key),
})[kind]?.()

export const measureOf = (name) => measures.get(name)
export const leverOf = (key) => levers.get(key)

/** The six measures of a theme, and beyond them what `clear` names: a badge counts no chart that is not shown. */
export const sixOf = (theme, clear = new Set()) => catalogue.measures.filter((measure) => measure.theme === theme)
  .filter(({ name }, k) => k < 6 || clear.has(name))

/** A name of the server's tables, such as the kind of a firm. */
export const word = (table, key) => catalogue.words[table]?.[key] ?? key

/** A lever's value as JSON writes it (where there is no infinity) as a number. */
export const plain = (value) => (value === "inf" ? Infinity : value)
