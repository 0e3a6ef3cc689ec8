// <km-chart>: one measure through time. The run, its band, the reference on the same luck, marks and the month.
import { render, html, svg, nothing } from "../../vendor/lit-html/lit-html.js"
import { straight, reach, rounds, years } from "./scales.js"
import { number, t } from "../words.js"

const { line, area } = globalThis.d3
const CLEAR = 1.15 // letters between two labels that stand above each other
const NAMED = 45 // letters of width from which on events are named; below they have numbers
const ROWS = 4 // of names above each other, at most

/** Pixels of the parts around the plot, from the size of its letters; the rows of marks stand above it. */
function frame(width, height, letter, ticksShown) {
  const longest = Math.max(...ticksShown.map((tick) => number(tick).length), 1)
  const left = letter * (0.7 + 0.62 * longest)
  return { left, right: width - letter * 0.9, top: letter * 1.5, bottom: height - letter * 1.7 }
}

/** Numbers of events in one row above the plot, pushed apart where two are near. */
function numbered(marks, x, letter) {
  let before = -Infinity
  return marks.map((mark) => {
    before = Math.max(x(mark.month), before + letter * 1.25)
    return { ...mark, text: mark.tag, at: before, row: 0, half: letter * 0.58 }
  })
}

/** Names of events in as few rows as they need; one that finds no room is left to its line and title. */
function named(marks, x, letter, right) {
  const ends = Array(ROWS).fill(-Infinity)
  return marks.flatMap((mark) => {
    const wide = mark.short.length * letter * 0.47
    const at = Math.min(x(mark.month) - letter * 0.25, right - wide)
    const row = ends.findIndex((end) => end < at)
    if (row < 0) return []
    ends[row] = at + wide + letter * 0.6
    return [{ ...mark, text: mark.short, at, row }]
  })
}

/** Two heights pushed apart until both labels can be read. */
function apart(first, second, least, top, bottom) {
  if (Math.abs(first - second) >= least) return [first, second]
  const middle = Math.min(Math.max((first + second) / 2, top + least / 2), bottom - least / 2)
  return first <= second ? [middle - least / 2, middle + least / 2] : [middle + least / 2, middle - least / 2]
}

class Chart extends HTMLElement {
  #data = null
  #month = 0
  #place = null
  #watcher = new ResizeObserver(() => this.#draw())

  /** What is drawn: { run, usual, low, high, marks, names: { run, usual }, summary }; series in the unit shown. */
  set data(data) {
    if (data === this.#data) return
    this.#data = data
    this.#draw()
  }

  /** The month that the cursor stands at. */
  set month(month) {
    if (month === this.#month) return
    this.#month = month
    this.#moveCursor()
  }

  connectedCallback() {
    this.#watcher.observe(this)
    this.addEventListener("pointerdown", this.#scrub)
    this.addEventListener("pointermove", this.#scrub)
  }

  disconnectedCallback() {
    this.#watcher.disconnect()
  }

  // a finger or a mouse on the chart moves the month of the whole page
  #scrub = (event) => {
    if (!this.#place || !(event.buttons & 1)) return
    if (event.type === "pointerdown" && event.pointerType === "mouse") this.setPointerCapture(event.pointerId)
    const { x, months } = this.#place
    const month = Math.round(x.invert(event.clientX - this.getBoundingClientRect().left))
    const detail = Math.min(Math.max(month, 0), months - 1)
    this.dispatchEvent(new CustomEvent("km-month", { detail, bubbles: true }))
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this
    if (!this.#data?.run || width < 40 || height < 40) return
    const letter = parseFloat(getComputedStyle(this).fontSize)
    const { run, usual, low, high } = this.#data
    const facts = (this.#data.facts ?? []).map(({ value }) => value)
    const series = [run, usual, low, high, facts].filter((values) => values?.length)
    const count = Math.max(2, Math.min(6, Math.floor(height / (letter * 2.6))))
    const domain = reach(series, count)
    const shown = rounds(domain, count)
    const box = frame(width, height, letter, shown)
    const months = run.length
    const x = straight([0, months - 1], [box.left, box.right])
    const law = (this.#data.marks ?? []).filter(({ month, kind }) => kind === "law" && month < months)
    const names = width < letter * NAMED ? numbered(law, x, letter) : named(law, x, letter, box.right)
    const rows = Math.max(0, ...names.map(({ row }) => row + 1))
    box.top += rows * letter
    this.#place = { x, y: straight(domain, [box.bottom, box.top]), box, letter, months, width, height, names, rows }
    render(this.#picture(shown), this)
    this.#moveCursor()
  }

  #picture(shown) {
    const { width, height, letter } = this.#place
    return html`<svg width=${width} height=${height} viewBox="0 0 ${width} ${height}" role="img"
        aria-label=${this.#data.summary}>
      ${this.#axes(shown)}${this.#marks()}${this.#curves()}${this.#labels()}
      <g class="cursor"><line class="cursor-line"></line>
        <circle class="cursor-dot" r=${letter * 0.32}></circle></g>
    </svg>`
  }

  #axes(shown) {
    const { x, y, box, letter, months } = this.#place
    const room = letter * 3.4
    return svg`
      ${shown.map((tick) => svg`<g class="tick">
        <line x1=${box.left} x2=${box.right} y1=${y(tick)} y2=${y(tick)}></line>
        <text x=${box.left - letter * 0.4} y=${y(tick)} dy="0.34em" text-anchor="end">${number(tick)}</text></g>`)}
      ${years(months, box.right - box.left, room).map((month) => svg`<g class="year">
        <line x1=${x(month)} x2=${x(month)} y1=${box.bottom} y2=${box.bottom + letter * 0.3}></line>
        <text x=${x(month)} y=${box.bottom + letter * 1.35} text-anchor=${month === 0 ? "start" : "middle"}
          >${2022 + month / 12}</text></g>`)}`
  }

  /** The number of an event in a disc, or its name, above the plot. */
  #tag({ at, row, text, half }) {
    const { letter, rows } = this.#place
    const y = letter * (0.85 + (rows - 1 - row))
    if (!half) return svg`<text class="name" x=${at} y=${y} dy="0.34em">${text}</text>`
    return svg`<circle class="disc" cx=${at} cy=${y} r=${half}></circle>
      <text class="tag" x=${at} y=${y} dy="0.36em" text-anchor="middle">${text}</text>`
  }

  #marks() {
    const { x, box, letter, months, names } = this.#place
    const wanted = (this.#data.marks ?? []).filter(({ month }) => month < months)
    return svg`${wanted.map(({ month, kind, label }) => svg`<g class="mark ${kind}">
      <line x1=${x(month)} x2=${x(month)} y1=${kind === "mine" ? box.top - letter * 0.6 : box.top} y2=${box.bottom}></line>
      ${kind === "mine" ? svg`<path d="M${x(month)} ${box.top - letter * 0.2}l${-letter * 0.4} ${-letter * 0.7}
        h${letter * 0.8}z"></path>` : nothing}
      <rect x=${x(month) - letter * 0.4} width=${letter * 0.8} y=${box.top} height=${box.bottom - box.top}
        fill="transparent"><title>${label}</title></rect></g>`)}${names.map((one) => this.#tag(one))}`
  }

  #curves() {
    const { x, y } = this.#place
    const { run, usual, low, high, facts = [] } = this.#data
    const known = (values) => (_, k) => Number.isFinite(values[k])
    const path = (values) => line().defined(known(values)).x((_, k) => x(k)).y((value) => y(value))(values)
    const band = low && area().defined(known(low)).x((_, k) => x(k)).y0((_, k) => y(low[k])).y1((_, k) => y(high[k]))
    return svg`
      ${band ? svg`<path class="band" d=${band(low)}></path>` : nothing}
      ${usual ? svg`<path class="usual" d=${path(usual)}></path>` : nothing}
      <path class="run" d=${path(run)}></path>
      ${facts.filter(({ month }) => month < run.length).map((fact) => svg`<circle class="fact" r=${this.#place.letter * 0.3}
        cx=${x(fact.month)} cy=${y(fact.value)}><title>${fact.label}${t("colon")}${number(fact.value)} (${fact.source})</title></circle>`)}`
  }

  #labels() {
    const { x, y, box, letter, months } = this.#place
    const { run, usual, names } = this.#data
    if (!usual || !names) return nothing
    const end = months - 1
    const least = letter * CLEAR
    // where both curves end at one point, one label would stand on the other and say nothing
    if (run.every((value, k) => value === usual[k])) return nothing
    const [own, theirs] = apart(y(run[end]) - letter * 0.6, y(usual[end]) - letter * 0.6, least, box.top, box.bottom)
    const at = x(end) - letter * 0.1
    return svg`<text class="label run-label" x=${at} y=${own} text-anchor="end">${names.run}</text>
      <text class="label usual-label" x=${at} y=${theirs} text-anchor="end">${names.usual}</text>`
  }

  #moveCursor() {
    const group = this.querySelector(".cursor")
    if (!group || !this.#place) return
    const { x, y, box, months } = this.#place
    const month = Math.min(this.#month, months - 1)
    const [stroke, dot] = group.children
    stroke.setAttribute("x1", x(month))
    stroke.setAttribute("x2", x(month))
    stroke.setAttribute("y1", box.top)
    stroke.setAttribute("y2", box.bottom)
    dot.setAttribute("cx", x(month))
    dot.setAttribute("cy", y(this.#data.run[month]))
  }
}

customElements.define("km-chart", Chart)
