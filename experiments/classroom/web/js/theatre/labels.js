// Names of firms on the stage: as many as can be read, the large ones first, none on another.

const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

export const LINE = 0.88 // letters from one line of a name to the next
const ASIDE = 0.2 // letters left free at either side of a name

const shortened = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

const longest = (lines) => Math.max(...lines.map((line) => line.length))

/** Words in so many lines, as even as they can be. */
function broken(words, lines) {
  if (lines === 1 || words.length === 1) return [words.join(" ")]
  const splits = words.slice(1).map((_, k) => [words.slice(0, k + 1).join(" "), ...broken(words.slice(k + 1), lines - 1)])
  return splits.sort((a, b) => longest(a) - longest(b))[0]
}

/** A name in one line, two or three, as few as are short enough to stand beside its symbol. */
export function linesOf(name, most) {
  const words = name.replace(/ \(.*\)$/, "").split(" ")
  const breaks = [1, 2, 3].map((lines) => broken(words, lines))
  return breaks.find((lines) => longest(lines) <= most) ?? breaks.at(-1).map((text) => shortened(text, most))
}

/** How far two boxes lie apart; negative where they meet. */
const gap = (a, b) => Math.max(b.left - a.right, a.left - b.right, b.top - a.bottom, a.top - b.bottom)

/** Where a name may stand, the best place first: below its symbol, above, right, left. */
function placesFor(firm, half, more, letter, width) {
  const x = Math.min(Math.max(firm.x, half + 2), width - half - 2)
  const beside = firm.radius + half + letter * 0.3
  return [
    { x, y: firm.y + firm.radius + letter * 0.85 }, { x, y: firm.y - firm.radius - letter * 0.75 - more },
    { x: firm.x + beside, y: firm.y - more / 2 }, { x: firm.x - beside, y: firm.y - more / 2 },
  ]
}

/**
 * Where names stand: { k, lines, x, y }, y of the first line. A name stands on nothing, and nearest to its own symbol.
 * @param {object[]} firms - { k, name, x, y, radius, first, most }: `first` come before all others, `most` letters a line
 * @param {(text: string) => number} widthOf - of a text, px
 * @param {{ width: number, height: number, letter: number }} stage
 */
export function labelsOf(firms, widthOf, { width, height, letter }) {
  const symbols = firms.map(({ x, y, radius }) => ({ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius }))
  const names = []
  const found = []
  for (const firm of [...firms].sort((a, b) => Number(b.first) - Number(a.first) || b.radius - a.radius)) {
    const lines = linesOf(firm.name, firm.most)
    const half = Math.max(...lines.map(widthOf)) / 2
    const more = (lines.length - 1) * letter * LINE
    const own = symbols[firms.indexOf(firm)]
    for (const { x, y } of placesFor(firm, half, more, letter, width)) {
      const box = { left: x - half - letter * ASIDE, right: x + half + letter * ASIDE, top: y - letter * 0.55, bottom: y + letter * 0.55 + more }
      const within = box.top > 0 && box.bottom < height && x - half > 0 && x + half < width
      const apart = gap(box, own) + 1
      if (!within || names.some((other) => meets(box, other))) continue
      if (symbols.some((other) => other !== own && gap(box, other) < apart)) continue
      names.push(box)
      found.push({ k: firm.k, lines, x, y })
      break
    }
  }
  return found
}
