// Draws the stage: ties as curves, firms as shapes, what flows as dots, queues and refusals beside the firms.
const TURN = 2 * Math.PI
const STEPS = 24 // points along a curve at which dots may stand
const LOOP = 3.2 // seconds from one end of a tie to the other
export const SHAPES = { chipmaker: "square", cloud: "circle", startup: "triangle", investor: "hexagon", regulator: "diamond" }
const COLOURS = { chipmaker: "--chip", cloud: "--cloud", startup: "--lab", investor: "--investor", regulator: "--regulator" }
const FLOW_COLOURS = { chips: "--chip", compute: "--cloud", money: "--gold" }

/** The page's colours as the canvas needs them. */
export function coloursOf(element) {
  const style = getComputedStyle(element)
  const read = (name) => style.getPropertyValue(name).trim()
  return {
    of: Object.fromEntries(Object.entries(COLOURS).map(([kind, name]) => [kind, read(name)])),
    flow: Object.fromEntries(Object.entries(FLOW_COLOURS).map(([flow, name]) => [flow, read(name)])),
    ink: read("--ink"), faint: read("--faint"), paper: read("--card"), line: read("--line"), gold: read("--gold"),
    bad: read("--bad"),
  }
}

/** Points of the curve between two places; it bends so that two ties of one pair lie apart. */
export function curveOf(from, to, upright, bend = 0) {
  const points = new Float32Array(2 * (STEPS + 1))
  const near = Math.abs(upright ? to.y - from.y : to.x - from.x) < 60 // both in one band: swing out
  const swing = near ? 0.35 * Math.hypot(to.x - from.x, to.y - from.y) : 0
  const [ax, ay] = upright ? [from.x + swing, (from.y + to.y) / 2 + bend] : [(from.x + to.x) / 2 + swing + bend, from.y]
  const [bx, by] = upright ? [to.x + swing, (from.y + to.y) / 2 + bend] : [(from.x + to.x) / 2 + swing + bend, to.y]
  for (let step = 0; step <= STEPS; step += 1) {
    const u = step / STEPS
    const [p, q, r, s] = [(1 - u) ** 3, 3 * u * (1 - u) ** 2, 3 * u * u * (1 - u), u ** 3]
    points[2 * step] = p * from.x + q * ax + r * bx + s * to.x
    points[2 * step + 1] = p * from.y + q * ay + r * by + s * to.y
  }
  return points
}

export function shape(context, kind, x, y, radius) {
  context.beginPath()
  const sides = { square: 4, triangle: 3, hexagon: 6, diamond: 4 }[SHAPES[kind]]
  if (!sides) context.arc(x, y, radius, 0, TURN)
  else {
    const turn = kind === "chipmaker" ? TURN / 8 : -TURN / 4
    for (let k = 0; k < sides; k += 1) {
      const angle = turn + (k * TURN) / sides
      context[k ? "lineTo" : "moveTo"](x + radius * 1.12 * Math.cos(angle), y + radius * 1.12 * Math.sin(angle))
    }
    context.closePath()
  }
}

/** One tie as a curve. */
export function tie(context, points, { width, colour, dash = [], alpha }) {
  context.globalAlpha = alpha
  context.strokeStyle = colour
  context.lineWidth = width
  context.setLineDash(dash)
  context.beginPath()
  context.moveTo(points[0], points[1])
  for (let step = 1; step <= STEPS; step += 1) context.lineTo(points[2 * step], points[2 * step + 1])
  context.stroke()
  context.setLineDash([])
  context.globalAlpha = 1
}

/** The dots of a stream at a moment: `count` of them stand on the tie at once; below one, one comes now and then. */
export function dots(context, points, count, seconds, size, square) {
  const gap = 1 / Math.max(count, 1e-3)
  const start = (seconds / LOOP) % gap
  context.beginPath()
  for (let u = start; u < 1; u += gap) {
    const place = u * STEPS
    const step = Math.min(Math.floor(place), STEPS - 1)
    const part = place - step
    const x = points[2 * step] * (1 - part) + points[2 * step + 2] * part
    const y = points[2 * step + 1] * (1 - part) + points[2 * step + 3] * part
    if (square) context.rect(x - size, y - size, 2 * size, 2 * size)
    else {
      context.moveTo(x + size, y)
      context.arc(x, y, size, 0, TURN)
    }
  }
  context.fill()
}

/** An arrow head in the middle of a tie, where nothing may move. */
export function arrow(context, points, size) {
  const step = Math.floor(STEPS * 0.55)
  const [x, y] = [points[2 * step], points[2 * step + 1]]
  const angle = Math.atan2(points[2 * step + 3] - y, points[2 * step + 2] - x)
  context.beginPath()
  context.moveTo(x + size * Math.cos(angle), y + size * Math.sin(angle))
  context.lineTo(x + size * Math.cos(angle + 2.5), y + size * Math.sin(angle + 2.5))
  context.lineTo(x + size * Math.cos(angle - 2.5), y + size * Math.sin(angle - 2.5))
  context.fill()
}

/** Boxes in rows beside a seller: chips that buyers wait for. */
export function queue(context, x, y, count, size, colour) {
  const rows = 5
  context.fillStyle = colour
  for (let k = 0; k < count; k += 1) {
    context.fillRect(x - (Math.floor(k / rows) + 1) * size * 1.4, y + ((k % rows) - rows / 2) * size * 1.4, size, size)
  }
}

/** Hollow dots that bounce off a full cloud: compute asked for and not served. */
export function refused(context, x, y, radius, count, seconds, colour) {
  context.strokeStyle = colour
  context.lineWidth = 1.6
  for (let k = 0; k < count; k += 1) {
    const angle = -TURN / 4 + (k - (count - 1) / 2) * 0.42
    const bounce = Math.abs(Math.sin(seconds * 1.4 + k * 0.9))
    const far = radius + 5 + 9 * bounce
    context.beginPath()
    context.arc(x + far * Math.cos(angle), y + far * Math.sin(angle), 2.8, 0, TURN)
    context.stroke()
  }
}

/** The ring around a cloud: how much of its compute is in use. */
export function ring(context, x, y, radius, part, colour, rest) {
  context.lineWidth = 3
  context.strokeStyle = rest
  context.beginPath()
  context.arc(x, y, radius + 3, 0, TURN)
  context.stroke()
  context.strokeStyle = colour
  context.beginPath()
  context.arc(x, y, radius + 3, -TURN / 4, -TURN / 4 + TURN * Math.min(part, 1))
  context.stroke()
}
