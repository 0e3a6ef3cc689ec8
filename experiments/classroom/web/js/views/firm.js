// The dated card of a firm: what it is in the month, its ties with their clauses, and its story until then.
import { html, nothing } from "../../vendor/lit-html/lit-html.js"
import { state, set } from "../store.js"
import { month as monthName, number, t } from "../words.js"
import { icon } from "../parts/icons.js"
import { isPlaying } from "../parts/clock.js"
import { digits } from "../parts/figures.js"
import { word } from "../catalogue.js"

// how each amount is written; compute is counted in chips of the type H100
const AMOUNTS = {
  compute: (value) => `${large(value)} H100`, capability: power, sales: (value) => t("mn", { n: number(value) }),
  cash: (value) => t("bn", { n: number(value) }), value: (value) => t("bn", { n: number(value) }), queue: large, use: (value) => `${number(Math.round(100 * value))} %`, refused: (value) => `${large(value)} H100`,
}
const LATEST = 12 // events and ties told
const PER_CENT = { digits: 1 }
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
const { line, max, min } = globalThis.d3

/** A logarithm as the number that it stands for: 27.2 is 1.6 × 10²⁷. */
function power(value) {
  const whole = Math.floor(value)
  return `${number(Number((10 ** (value - whole)).toPrecision(2)))} × 10${[...String(whole)].map((digit) => RAISED[digit]).join("")} FLOP`
}

/** A small curve of an amount's life until the month. */
function spark(values) {
  const known = values.filter((value) => value !== null)
  const [low, high] = [min(known), max(known)]
  const path = line().defined((value) => value !== null).x((_, k) => (k / Math.max(values.length - 1, 1)) * 96 + 2)
    .y((value) => 24 - (20 * (value - low)) / (high - low || 1))
  return html`<svg class="spark" viewBox="0 0 100 28" preserveAspectRatio="none" aria-hidden="true"><path d=${path(values)}></path></svg>`
}

function large(value) {
  if (Math.abs(value) >= 1e6) return `${number(value / 1e6)} ${t("million")}`
  return Math.abs(value) >= 1e4 ? `${number(value / 1e3)} ${t("thousand")}` : number(value)
}

function amounts(story, k) {
  const first = story.nodes[k].first
  return html`<dl class="amounts">${Object.entries(AMOUNTS).map(([name, write]) => {
    const values = story.amounts[name]?.[k]
    const value = values?.[state.month]
    if (value === null || value === undefined || !max(values)) return nothing
    return html`<div><dt>${t(`firm.${name}`)}</dt><dd><strong>${write(value)}</strong></dd>
      ${spark(values.slice(first, state.month + 1))}</div>`
  })}</dl>`
}

function tieLine(story, k, tie) {
  const partner = story.nodes[tie.source === k ? tie.target : tie.source].name
  const what = tie.form && tie.form !== "plain" ? word("ties", tie.form) : word("ties", tie.kind)
  const start = tie.since >= 0 ? monthName(tie.since, true) : t("firm.before")
  const stands = tie.first <= state.month && state.month < tie.end
  const place = state.month - tie.first
  const share = stands && tie.share[place] ? t(`firm.share.${tie.kind}`, { n: digits(PER_CENT, 100 * tie.share[place]) }) : ""
  const money = stands && tie.money[place] ? t("mn", { n: number(tie.money[place]) }) : ""
  return html`<li><button class="bare firm-link" @click=${() => set({ firm: partner })}>${partner}</button>
    <span>${what}, ${start}${stands ? "" : ` – ${monthName(tie.end - 1, true)}`}${[share, money].filter(Boolean).map((part) => ` · ${part}`)}</span>
    ${stands && tie.clauses?.length ? html`<ul class="clauses">${tie.clauses.map((clause) => html`<li>${clause}</li>`)}</ul>` : nothing}</li>`
}

function ties(story, k) {
  const mine = story.ties.filter((tie) => (tie.source === k || tie.target === k) && tie.first <= state.month)
  const weight = (tie) => tie.share[Math.min(state.month - tie.first, tie.share.length - 1)] ?? 0
  const standing = mine.filter((tie) => state.month < tie.end).sort((a, b) => weight(b) - weight(a))
  const ended = mine.filter((tie) => state.month >= tie.end && !standing.some((other) => other.source === tie.source
    && other.target === tie.target && other.kind === tie.kind)).sort((a, b) => b.end - a.end)
  const list = (title, found) => (found.length ? html`<h3>${title}</h3><ul class="ties">${found.slice(0, LATEST)
    .map((tie) => tieLine(story, k, tie))}</ul>` : nothing)
  return html`${list(t("firm.ties"), standing)}${list(t("firm.earlier"), ended)}`
}

/** The card of the k-th firm in the month of the page. */
export function firmCard(story, k) {
  const node = story.nodes[k]
  const alive = node.first <= state.month && state.month < node.end
  const past = story.events.filter((event) => event.node === k && event.month <= state.month).reverse()
  return html`<section class="card firm-card" aria-live=${isPlaying() ? "off" : "polite"}><div class="row spread"><h2>${node.name}</h2>
      <button class="bare icon" aria-label=${t("close")} @click=${() => set({ firm: "" })}>${icon("close")}</button></div>
    <p class="faint">${node.about}${node.named ? "" : ` · ${t("firm.stands", { n: number(node.weight) })}`}</p>
    <p class="dated">${t("firm.in", { month: monthName(state.month) })}</p>
    ${alive ? amounts(story, k) : html`<p>${t("firm.absent")}</p>`}
    ${ties(story, k)}
    ${past.length ? html`<h3>${t("firm.story")}</h3><ol class="past">${past.slice(0, LATEST).map(({ month, text }) =>
      html`<li><time>${monthName(month, true)}</time> ${text}</li>`)}</ol>` : nothing}
  </section>`
}
