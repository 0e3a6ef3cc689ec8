// A difference with its interval, as a dot and a bar beside zero; the bars of one table share a scale.
import { html, svg } from "../../vendor/lit-html/lit-html.js"
import { t } from "../words.js"

/**
 * @param {{ difference: number, low: number, high: number, verdict: string, strength?: number }} row
 * @param {string} words - what it says, for those who do not see it
 */
export function interval(row, words) {
  const reach = Math.max(Math.abs(row.low), Math.abs(row.high), Math.abs(row.difference)) * 1.15 || 1
  const x = (value) => 50 + (46 * value) / reach
  return html`<svg class="interval ${row.verdict}" viewBox="0 0 100 16" role="img" aria-label=${words} preserveAspectRatio="none">
    <line class="zero" x1="50" x2="50" y1="0" y2="16"></line>${svg`<line class="bar" x1=${x(row.low)} x2=${x(row.high)} y1="8" y2="8"></line>
    <line class="point" x1=${x(row.difference)} x2=${x(row.difference)} y1="2.5" y2="13.5"></line>`}</svg>`
}

/** A verdict with its sign. */
export function verdictOf(verdict) {
  const sign = { up: "▲", down: "▼", unclear: "≈" }[verdict]
  return html`<span class="verdict ${verdict}"><span aria-hidden="true">${sign}</span> ${t(`verdict.${verdict}`)}</span>`
}
