// A measure's number with its unit, and the difference of two, as a class reads them.
import { fixed, number, t } from "../words.js"

/** "31.4 weeks"; the unit in full. */
export const amount = (measure, value) => `${digits(measure, value)} ${measure.unit}`

/** The number alone, with as many decimals as the measure is worth. */
export function digits(measure, value) {
  if (value === null || value === undefined) return "–"
  const size = Math.abs(value)
  const lost = size > 0 && size < 10 ** -(measure.digits ?? 0) // all its digits would be rounded away
  if (measure.digits === undefined) return number(value)
  return lost ? number(Number(value.toPrecision(1))) : fixed(value, measure.digits)
}

/** What a curve shows in a month, beside the reference of the same luck: one short sentence. */
export function finding(measure, run, usual, month) {
  const value = run?.[month]
  if (value === null || value === undefined) return t("charts.none")
  const other = usual?.[month]
  if (other === null || other === undefined || run === usual) return ""
  const difference = value - other
  const shown = digits(measure, Math.abs(difference))
  if (digits(measure, value) === digits(measure, other)) return t("charts.same")
  return t(difference > 0 ? "charts.more" : "charts.less", { n: shown })
}

/** What a chart shows, for those who do not see it. */
export function summary(measure, { run, usual, low, high }, months) {
  const known = run.map((value, k) => [value, k]).filter(([value]) => value !== null)
  if (!known.length) return `${measure.label}${t("colon")}${t("charts.none")}`
  const top = known.reduce((best, pair) => (pair[0] > best[0] ? pair : best))
  const bottom = known.reduce((best, pair) => (pair[0] < best[0] ? pair : best))
  const [first, last] = [known[0], known.at(-1)]
  const parts = [t("charts.summary", {
    label: measure.label, unit: measure.unit, first: digits(measure, first[0]), start: months(first[1]),
    top: digits(measure, top[0]), peak: months(top[1]), bottom: digits(measure, bottom[0]), low: months(bottom[1]),
    last: digits(measure, last[0]), end: months(last[1]),
  })]
  if (usual && usual !== run) parts.push(t("charts.summaryUsual", { n: digits(measure, usual[last[1]]) }))
  if (low) parts.push(t("charts.summaryBand", { low: digits(measure, low.at(-1)), high: digits(measure, high.at(-1)) }))
  return parts.join(" ")
}
