// Names of firms on the stage: as many as can be read, the large ones first, none on another.

const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

/** A name short enough to stand beside its symbol. */
export const shortened = (name, most) => {
  const bare = name.replace(/ \(.*\)$/, "")
  return bare.length > most ? `${bare.slice(0, most - 1)}…` : bare
}

/**
 * Where names stand: { k, text, x, y }.
 * @param {object[]} firms - { k, name, x, y, radius, first }: `first` come before all others
 * @param {(text: string) => number} widthOf - of a text, px
 * @param {{ width: number, height: number, letter: number, most: number }} stage
 */
export function labelsOf(firms, widthOf, { width, height, letter, most }) {
  const taken = firms.map(({ x, y, radius }) => ({ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius }))
  const found = []
  for (const firm of [...firms].sort((a, b) => Number(b.first) - Number(a.first) || b.radius - a.radius)) {
    const text = shortened(firm.name, most)
    const half = widthOf(text) / 2
    const x = Math.min(Math.max(firm.x, half + 2), width - half - 2)
    const own = taken[firms.indexOf(firm)]
    for (const y of [firm.y + firm.radius + letter * 0.85, firm.y - firm.radius - letter * 0.75]) {
      const box = { left: x - half, right: x + half, top: y - letter * 0.55, bottom: y + letter * 0.55 }
      const free = box.top > 0 && box.bottom < height && !taken.some((other) => other !== own && meets(box, other))
      if (!free) continue
      taken.push(box)
      found.push({ k: firm.k, text, x, y })
      break
    }
  }
  return found
}
