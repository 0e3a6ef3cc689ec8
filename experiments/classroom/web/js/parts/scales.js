// Straight scales and month axes; the round numbers come from d3-array.
const { ticks, nice, max, min } = globalThis.d3

/** A function from a domain onto pixels, with its inverse. */
export function straight([a, b], [from, to]) {
  const slope = b === a ? 0 : (to - from) / (b - a)
  const scale = (value) => from + (value - a) * slope
  scale.invert = (pixel) => (slope ? a + (pixel - from) / slope : a)
  return scale
}

/** Lowest and highest value that the axis must hold, at round numbers; zero is held where it is not far away. */
export function reach(series, count) {
  const low = min(series, (values) => min(values))
  const high = max(series, (values) => max(values))
  if (low === undefined) return [0, 1]
  const base = low >= 0 && low < high * 0.6 ? 0 : low
  return base === high ? [base === 0 ? 0 : base - 1, base + 1] : nice(base, high, count)
}

/** Round numbers of an axis. */
export const rounds = ([low, high], count) => ticks(low, high, count)

/** The Januaries of a run, thinned to those that have room. */
export function years(months, width, room) {
  const all = Array.from({ length: Math.ceil(months / 12) }, (_, k) => k * 12)
  const every = Math.max(1, Math.ceil((all.length * room) / Math.max(width, 1)))
  return all.filter((_, k) => k % every === 0)
}
