// Names of firms on the stage: as many as can be read, the large ones first, none on another.

const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

export const LINE = 0.88 // letters from one line of a name to the next

const shortened = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

/** A name in one line or two, short enough to stand beside its symbol. */
export function linesOf(name, most) {
  const bare = name.replace(/ \(.*\)$/, "")
  if (bare.length <= most) return [bare]
  const words = bare.split(" ")
  const splits = words.slice(1).map((_, k) => [words.slice(0, k + 1).join(" "), words.slice(k + 1).join(" ")])
  const longer = ([first, second]) => Math.max(first.length, second.length)
  const best = splits.sort((a, b) => longer(a) - longer(b))[0] ?? [bare]
  return best.map((text) => shortened(text, most))
}

/**
 * Where names stand: { k, lines, x, y }, y of the first line.
 * @param {object[]} firms - { k, name, x, y, radius, first }: `first` come before all others
 * @param {(text: string) => number} widthOf - of a text, px
 * @param {{ width: number, height: number, letter: number, most: number }} stage
 */
export function labelsOf(firms, widthOf, { width, height, letter, most }) {
  const taken = firms.map(({ x, y, radius }) => ({ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius }))
  const found = []
  for (const firm of [...firms].sort((a, b) => Number(b.first) - Number(a.first) || b.radius - a.radius)) {
    const lines = linesOf(firm.name, most)
    const half = Math.max(...lines.map(widthOf)) / 2
    const more = (lines.length - 1) * letter * LINE
    const x = Math.min(Math.max(firm.x, half + 2), width - half - 2)
    const own = taken[firms.indexOf(firm)]
    for (const y of [firm.y + firm.radius + letter * 0.85, firm.y - firm.radius - letter * 0.75 - more]) {
      const box = { left: x - half, right: x + half, top: y - letter * 0.55, bottom: y + letter * 0.55 + more }
      const free = box.top > 0 && box.bottom < height && !taken.some((other) => other !== own && meets(box, other))
      if (!free) continue
      taken.push(box)
      found.push({ k: firm.k, lines, x, y })
      break
    }
  }
  return found
}
