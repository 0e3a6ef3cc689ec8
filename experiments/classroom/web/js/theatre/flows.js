// What moves along a tie in a month, and how many dots stand for it.

const PER_LOOP = 240 // dots on the whole stage at once, about
const EQUITY = "equity"

/** How each kind of flow is read from a tie in its k-th month, and whether it runs against the tie. */
const READ = {
  chips: {
    kinds: ["chip_supply"],
    volume: (tie, k) => tie.compute[k], // what the chips that are delivered can do
    against: () => false,
  },
  compute: {
    kinds: ["cloud_contract", "cloud_lease"],
    volume: (tie, k) => tie.compute[k],
    against: () => true, // a tenant "rents from": compute comes to it
  },
  money: {
    kinds: ["chip_supply", "cloud_contract", "cloud_lease", EQUITY],
    volume: (tie, k) => tie.money[k],
    against: (tie) => tie.kind === "chip_supply",
  },
}


/** Ties that stand in a month. */
export const standing = (story, month) => story.ties.filter((tie) => tie.first <= month && month < tie.end)

/** The round number of the sequence 1, 2, 5, 10, … that is next above a value. */
export function round125(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)))
  return power * ([1, 2, 5, 10].find((step) => step * power >= value * 0.999) ?? 10)
}

/**
 * The streams of a month: for each tie its volume and where it runs, and what one dot stands for.
 * @returns {{ streams: {tie: object, volume: number, from: number, to: number}[], unit: number, total: number }}
 */
export function streamsOf(story, month, flow) {
  const { kinds, volume: read, against } = READ[flow]
  const streams = []
  let total = 0
  for (const tie of standing(story, month)) {
    if (!kinds.includes(tie.kind)) continue
    const volume = read(tie, month - tie.first, story)
    if (!(volume > 0)) continue
    const [from, to] = against(tie) ? [tie.target, tie.source] : [tie.source, tie.target]
    streams.push({ tie, volume, from, to })
    total += volume
  }
  streams.sort((a, b) => b.volume - a.volume)
  return { streams, unit: round125(total / PER_LOOP), total }
}
