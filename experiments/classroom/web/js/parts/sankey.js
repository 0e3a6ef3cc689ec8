// <km-sankey>: payers at the left, payees at the right, ribbons as wide as the money.
import { html, render, svg } from "../../vendor/lit-html/lit-html.js"
import { number, t } from "../words.js"
import { linesOf } from "../theatre/labels.js"

const { sankey, sankeyLinkHorizontal } = globalThis.d3
const HUES = {
  enterprises: "gold", investors: "investor", startups: "lab", clouds: "cloud", chipmakers: "chip",
  "public sector": "regulator", "rest of the economy": "usual",
}

const WIDE = 0.56 // of a letter's height: how wide it is, about
const LINE = 1.05 // letters from one line of a name to the next

class Sankey extends HTMLElement {
  #show = null
  #watcher = new ResizeObserver(() => this.#draw())

  set show(show) {
    if (this.#show?.key === show.key && this.#show.pairs.length === show.pairs.length && this.#show.pairs[0]?.value === show.pairs[0]?.value) return
    this.#show = show
    this.#draw()
  }

  connectedCallback() {
    this.#watcher.observe(this)
  }

  disconnectedCallback() {
    this.#watcher.disconnect()
  }

  #graph(width, height, letter) {
    const { pairs } = this.#show
    const sides = ["payer", "payee"]
    const nodes = sides.flatMap((side) => [...new Set(pairs.map((pair) => pair[side]))].map((key) => ({ id: side + key, key, side })))
    const links = pairs.map((pair) => ({ ...pair, source: `payer${pair.payer}`, target: `payee${pair.payee}` }))
    const room = Math.min(letter * 13, width * 0.3)
    for (const node of nodes) node.lines = linesOf(this.#show.names[node.key], Math.floor(room / letter / WIDE))
    const most = Math.max(...nodes.map(({ lines }) => lines.length))
    return sankey().nodeId(({ id }) => id).nodeWidth(letter * 0.8).nodePadding(letter * (0.75 + most))
      .extent([[room, letter * (0.3 + most)], [width - room, height - letter * (0.6 + most)]])({ nodes, links })
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this
    if (!this.#show || width < 100 || height < 100) return
    const letter = parseFloat(getComputedStyle(this).fontSize)
    const { nodes, links } = this.#graph(width, height, letter)
    const ribbon = sankeyLinkHorizontal()
    const { names, words, summary } = this.#show
    render(html`<svg width=${width} height=${height} viewBox="0 0 ${width} ${height}" role="img" aria-label=${summary}>
      ${links.map((link) => svg`<path class="ribbon ${HUES[link.payer]}" d=${ribbon(link)} stroke-width=${Math.max(link.width, 1)}>
        <title>${names[link.payer]} → ${names[link.payee]}${t("colon")}${t("bn", { n: number(link.value) })} (${words(link)})</title></path>`)}
      ${nodes.map((node) => svg`<rect class=${HUES[node.key]} x=${node.x0} y=${node.y0} width=${node.x1 - node.x0}
        height=${Math.max(node.y1 - node.y0, 1)} rx="3"></rect>${this.#name(node, letter)}`)}
    </svg>`, this)
  }

  /** The name of a sector beside its block, in two lines where it is long; the sum below it. */
  #name(node, letter) {
    const payer = node.side === "payer"
    const x = payer ? node.x0 - letter * 0.5 : node.x1 + letter * 0.5
    const middle = (node.y0 + node.y1) / 2
    const above = -0.1 - 0.5 * (node.lines.length - 1)
    return svg`<text x=${x} y=${middle} text-anchor=${payer ? "end" : "start"}>
      ${node.lines.map((line, row) => svg`<tspan x=${x} dy="${row ? LINE : above}em">${line}</tspan>`)}
      <tspan class="sum" x=${x} dy="${LINE}em">${t("bn", { n: number(node.value) })}</tspan></text>`
  }
}

customElements.define("km-sankey", Sankey)
