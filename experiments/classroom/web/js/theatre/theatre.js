// <km-theatre>: the partnership network as a stage on which chips, compute and money move.
import { placesOf } from "./layout.js"
import { standing, streamsOf } from "./flows.js"
import { LINE, labelsOf } from "./labels.js"
import * as paint from "./paint.js"

const EASE = 0.16 // how fast a size goes to its new value, a frame
const LEAST = 5.5 // radius of the smallest firm, px
const STRONG = { exclusive: [], preferred: [], right_of_first_refusal: [7, 4] }
const still = matchMedia("(prefers-reduced-motion: reduce)")
const { max } = globalThis.d3

class Theatre extends HTMLElement {
  #given = { story: null, month: 0, flow: "chips", size: "compute", firm: "", look: "", fullest: "" }
  #canvas = document.createElement("canvas")
  // what stands still through a month, drawn once: ties below, names above all that moves
  #below = document.createElement("canvas")
  #above = document.createElement("canvas")
  #stale = true // both
  #tip = document.createElement("div")
  #places = []
  #upright = false
  #radii = []
  #curves = new Map()
  #scene = null
  #frame = 0
  #hovered = -1
  #colours = null
  #watcher = new ResizeObserver(() => this.#lay())
  #seen = new IntersectionObserver(([entry]) => { this.#shown = entry.isIntersecting; this.#run() })
  #shown = true
  frames = 0 // drawn so far: tests and the curious count them

  connectedCallback() {
    this.#canvas.setAttribute("role", "img")
    this.#tip.className = "tip"
    this.#tip.setAttribute("aria-hidden", "true")
    this.replaceChildren(this.#canvas, this.#tip)
    this.#watcher.observe(this)
    this.#seen.observe(this)
    this.addEventListener("pointermove", (event) => this.#hover(event))
    this.addEventListener("pointerleave", () => this.#hover(null))
    this.addEventListener("click", (event) => this.#choose(event))
    for (const event of ["beforeprint", "afterprint"]) addEventListener(event, this.#repaint)
    document.fonts.ready.then(() => this.#set())
  }

  // in the colours that the page wears now
  #repaint = () => {
    this.#colours = null
    this.#stale = true
    if (this.#scene) this.#draw(performance.now())
  }

  disconnectedCallback() {
    cancelAnimationFrame(this.#frame)
    this.#frame = 0
    this.#watcher.disconnect()
    this.#seen.disconnect()
    for (const event of ["beforeprint", "afterprint"]) removeEventListener(event, this.#repaint)
  }

  /** Everything that is shown: { story, month, flow, size, firm, look, summary }. */
  set show(given) {
    const before = this.#given
    this.#given = given
    this.#canvas.setAttribute("aria-label", given.summary)
    if (given.look !== before.look) this.#colours = null
    if (given.story !== before.story) this.#lay()
    else if (Object.keys(given).some((key) => given[key] !== before[key])) this.#set()
  }

  #lay() {
    const { story } = this.#given
    const { clientWidth: width, clientHeight: height } = this
    if (!story || width < 50 || height < 50) return
    const letter = parseFloat(getComputedStyle(this).fontSize)
    const scale = Math.min(devicePixelRatio || 1, 2)
    for (const canvas of [this.#canvas, this.#below, this.#above]) {
      Object.assign(canvas, { width: width * scale, height: height * scale })
    }
    this.#canvas.style.width = `${width}px`
    this.#canvas.style.height = `${height}px`
    const { places, upright } = placesOf(story, width, height, letter)
    Object.assign(this, { letter, scale, widthOf: width, heightOf: height })
    this.#places = places
    this.#upright = upright
    this.#curves.clear()
    this.#set()
  }

  /** Sizes, ties and streams of the month. */
  #set() {
    const { story, month, flow } = this.#given
    if (!story || !this.#places.length) return
    const goals = this.#sizes()
    if (this.#radii.length !== goals.length || still.matches) this.#radii = [...goals]
    const alive = story.nodes.map((node) => node.first <= month && month < node.end)
    const { streams, unit } = streamsOf(story, month, flow)
    this.#scene = { goals, alive, ties: standing(story, month), streams, unit }
    this.#scene.labels = this.#names(goals, alive)
    this.#scene.partners = this.#partners()
    this.#stale = true
    this.#run()
  }

  #sizes() {
    const { story, month, size } = this.#given
    const most = Math.min(this.letter * (this.#upright ? 1.6 : 2.3), 54)
    // who has no compute of its own, such as a chipmaker, is as large as its value
    const amounts = story.nodes.map((_, k) => story.amounts[size][k] ?? story.amounts.value[k])
    story.peaks ??= {}
    const peaks = (story.peaks[size] ??= Object.fromEntries(["chipmaker", "cloud", "startup", "investor"].map((kind) => [kind,
      max(story.nodes.flatMap((node, k) => (node.kind === kind ? [max(amounts[k] ?? []) ?? 0] : []))) || 1])))
    return story.nodes.map(({ kind }, k) => {
      if (kind === "regulator") return this.letter * 0.55
      return LEAST + (most - LEAST) * Math.sqrt((amounts[k]?.[month] ?? 0) / peaks[kind])
    })
  }

  #names(goals, alive) {
    const { story, firm } = this.#given
    const context = this.#canvas.getContext("2d")
    const chosen = [story.nodes.findIndex(({ name }) => name === firm), this.#hovered]
    context.font = this.#font()
    const firms = story.nodes.flatMap(({ name, named, kind }, k) => (alive[k] && (named || chosen.includes(k)) ? [{
      k, name, ...this.#places[k], radius: goals[k], first: kind === "regulator" || chosen.includes(k),
      most: this.#upright ? 13 : kind === "regulator" ? 17 : 19 }] : []))
    const stage = { width: this.widthOf, height: this.heightOf, letter: this.letter }
    return labelsOf(firms, (text) => context.measureText(text).width, stage)
  }

  #font = () => `600 ${this.letter * 0.78}px Figtree, sans-serif`

  #curve(from, to) {
    const key = from * 1000 + to
    if (!this.#curves.has(key)) {
      this.#curves.set(key, paint.curveOf(this.#places[from], this.#places[to], this.#upright))
    }
    return this.#curves.get(key)
  }

  #run() {
    if (this.#frame || !this.#scene || !this.#shown || !this.isConnected) return
    this.#frame = requestAnimationFrame((now) => this.#draw(now))
  }

  #draw(now) {
    this.#frame = 0
    this.frames += 1
    this.#colours ??= paint.coloursOf(this)
    if (this.#stale) {
      this.#drawTies(this.#cleared(this.#below))
      this.#drawNames(this.#cleared(this.#above))
      this.#stale = false
    }
    const context = this.#cleared(this.#canvas)
    const seconds = still.matches ? 0 : now / 1000
    this.#radii = this.#radii.map((radius, k) => radius + (this.#scene.goals[k] - radius) * EASE)
    this.#layOver(context, this.#below)
    this.#drawStreams(context, seconds)
    this.#drawFirms(context, seconds)
    this.#layOver(context, this.#above)
    if (!still.matches) this.#run()
  }

  /** The pen of an empty sheet, in px of the page. */
  #cleared(canvas) {
    const context = canvas.getContext("2d")
    context.setTransform(this.scale, 0, 0, this.scale, 0, 0)
    context.clearRect(0, 0, this.widthOf, this.heightOf)
    return context
  }

  #layOver = (context, sheet) => context.drawImage(sheet, 0, 0, sheet.width / this.scale, sheet.height / this.scale)

  /** The firm that all else steps back for: under the pointer, or chosen; -1 is none. */
  #focus() {
    return this.#hovered >= 0 ? this.#hovered : this.#given.story.nodes.findIndex(({ name }) => name === this.#given.firm)
  }

  #drawTies(context) {
    const { month } = this.#given
    const focus = this.#focus()
    const hues = { chip_supply: "chipmaker", cloud_contract: "cloud", cloud_lease: "cloud", equity: "investor",
      open_weights: "startup", inquiry: "regulator", remedy: "regulator" }
    for (const one of this.#scene.ties) {
      const mine = focus < 0 || one.source === focus || one.target === focus
      const quiet = focus < 0 && (one.kind === "equity" || one.kind === "open_weights")
      const strong = one.form in STRONG
      const dash = one.kind === "inquiry" ? [3, 4] : one.kind === "equity" ? [8, 5] : (STRONG[one.form] ?? [])
      const alpha = !mine ? 0.05 : quiet ? 0.1 : strong || one.kind === "inquiry" || one.kind === "remedy" ? 0.75 : 0.3
      const width = 1 + (strong ? 1.6 : 0) + 4 * Math.min(one.share[month - one.first] ?? 0, 1)
      const colour = strong ? this.#colours.gold : this.#colours.of[hues[one.kind]]
      paint.tie(context, this.#curve(one.source, one.target), { width, colour, dash, alpha })
    }
  }

  #drawStreams(context, seconds) {
    const { streams, unit } = this.#scene
    const focus = this.#focus()
    context.fillStyle = this.#colours.flow[this.#given.flow]
    const size = Math.max(this.letter * 0.13, 2)
    for (const { from, to, volume } of streams) {
      context.globalAlpha = focus < 0 || from === focus || to === focus ? 0.95 : 0.08
      const points = this.#curve(from, to)
      if (still.matches) paint.arrow(context, points, size * (1.5 + Math.min(volume / unit, 30) / 10))
      else paint.dots(context, points, volume / unit, seconds + from * 0.37, size, this.#given.flow === "chips")
    }
    context.globalAlpha = 1
  }

  #drawFirms(context, seconds) {
    const { story, month } = this.#given
    const { alive, unit, partners } = this.#scene
    const focus = this.#focus()
    const chipsWaiting = this.#given.flow === "chips" ? unit : Infinity
    story.nodes.forEach(({ kind, name }, k) => {
      if (!alive[k]) return
      const { x, y } = this.#places[k]
      const radius = this.#radii[k]
      const colour = this.#colours.of[kind]
      context.globalAlpha = focus < 0 || focus === k || partners.has(k) ? 1 : 0.28
      const use = story.amounts.use?.[k]?.[month]
      if (kind === "cloud" && use !== undefined && use !== null) {
        paint.ring(context, x, y, radius, use, use > 0.97 ? this.#colours.bad : colour, this.#colours.line)
      }
      paint.shape(context, kind, x, y, radius)
      context.fillStyle = colour
      context.fill()
      context.lineWidth = name === this.#given.firm ? 4 : 1.5
      context.strokeStyle = name === this.#given.firm ? this.#colours.ink : this.#colours.paper
      context.stroke()
      const waiting = Math.min(Math.round((story.amounts.queue?.[k]?.[month] ?? 0) / chipsWaiting), 48)
      if (waiting) paint.queue(context, x - radius - 3, y, waiting, this.letter * 0.26, this.#colours.bad)
      const asked = (story.amounts.refused?.[k]?.[month] ?? 0) / Math.max(story.amounts.compute[k]?.[month] ?? 1, 1)
      const away = Math.min(Math.ceil(asked * 25), 7)
      if (asked > 0.002) paint.refused(context, x, y, radius, away, seconds, this.#colours.bad)
      context.globalAlpha = 1
    })
  }

  /** Who has a tie with the firm that all else steps back for. */
  #partners() {
    const focus = this.#focus()
    return new Set(this.#scene.ties.flatMap(({ source, target }) => (source === focus ? [target] : target === focus ? [source] : [])))
  }

  #drawNames(context) {
    const focus = this.#focus()
    context.font = this.#font()
    context.textAlign = "center"
    context.textBaseline = "middle"
    context.lineJoin = "round"
    context.lineWidth = 4
    context.strokeStyle = this.#colours.paper
    context.fillStyle = this.#colours.ink
    for (const { k, lines, x, y } of this.#scene.labels) {
      context.globalAlpha = focus < 0 || focus === k || this.#scene.partners.has(k) ? 1 : 0.25
      lines.forEach((text, row) => {
        context.strokeText(text, x, y + row * this.letter * LINE)
        context.fillText(text, x, y + row * this.letter * LINE)
      })
    }
    context.globalAlpha = 1
  }

  #at(event) {
    if (!this.#scene) return -1
    const box = this.#canvas.getBoundingClientRect()
    const [x, y] = [event.clientX - box.left, event.clientY - box.top]
    let [best, nearest] = [-1, Infinity]
    this.#places.forEach((place, k) => {
      const far = Math.hypot(place.x - x, place.y - y) - this.#radii[k]
      if (this.#scene.alive[k] && far < nearest) [best, nearest] = [k, far]
    })
    return nearest < 14 ? best : -1
  }

  #hover(event) {
    const found = event && event.pointerType === "mouse" ? this.#at(event) : -1
    if (found === this.#hovered || !this.#scene) return
    this.#hovered = found
    this.style.cursor = found >= 0 ? "pointer" : ""
    this.#tip.textContent = found >= 0 ? this.#given.story.nodes[found].name : ""
    this.#tip.hidden = found < 0
    if (found >= 0) {
      this.#tip.style.left = `${Math.min(this.#places[found].x + 14, this.widthOf - 180)}px`
      this.#tip.style.top = `${this.#places[found].y + 14}px`
    }
    this.#set()
  }

  #choose(event) {
    const found = this.#at(event)
    const detail = found >= 0 ? this.#given.story.nodes[found].name : ""
    this.dispatchEvent(new CustomEvent("km-firm", { detail, bubbles: true }))
  }

  /** Where a firm stands, px from the corner of the stage: for those who click by script. */
  placeOf(name) {
    return this.#places[this.#given.story.nodes.findIndex((node) => node.name === name)]
  }
}

customElements.define("km-theatre", Theatre)
