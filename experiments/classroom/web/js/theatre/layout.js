// Places of the firms on the stage: bands by kind, ordered so that ties cross little, the same in all months.
const BANDS = [["chipmaker", "investor"], ["cloud"], ["startup"]]
const SWEEPS = 10
const SELLERS = 3 // room of a chipmaker: its queue stands beside it

/** How much each firm is drawn to each partner over the whole run. */
function pullsOf(story) {
  const pulls = story.nodes.map(() => [])
  for (const tie of story.ties) {
    const weight = tie.share.reduce((sum, share) => sum + Math.min(share, 1) + 0.05, 0)
    pulls[tie.source].push([tie.target, weight])
    pulls[tie.target].push([tie.source, weight])
  }
  return pulls
}

function mean(k, pulls, along) {
  let whole = 0
  let sum = 0
  for (const [partner, weight] of pulls[k]) {
    if (along[partner] === undefined) continue
    whole += weight
    sum += weight * along[partner]
  }
  return whole ? sum / whole : (along[k] ?? 0.5)
}

/** Members of a band in order, each kind by itself; `along` is the place from 0 to 1 along the band. */
function spread(bands, along) {
  for (const members of bands) members.forEach((k, place) => { along[k] = (place + 0.5) / members.length })
}

function ordered(story) {
  const pulls = pullsOf(story)
  const bands = BANDS.map((kinds) => kinds.flatMap((kind) => story.nodes.flatMap((n, k) => (n.kind === kind ? [k] : []))))
  const along = {}
  spread(bands, along)
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const band of [1, 2, 0, 1]) {
      const kinds = BANDS[band]
      bands[band].sort((a, b) =>
        kinds.indexOf(story.nodes[a].kind) - kinds.indexOf(story.nodes[b].kind)
        || mean(a, pulls, along) - mean(b, pulls, along)
        || story.nodes[a].name.localeCompare(story.nodes[b].name))
      spread(bands, along)
    }
  }
  return bands
}

/** Places along one band; where it is crowded it has two or three lanes. */
function lanes(members, length, gap, weigh) {
  const count = Math.max(1, Math.min(3, Math.ceil((members.length * gap) / length)))
  const room = members.map((k) => weigh(k))
  const whole = room.reduce((sum, part) => sum + part, 0)
  let before = 0
  const along = room.map((part) => { before += part; return ((before - part / 2) / whole) * length })
  return members.map((k, place) => ({
    k, along: along[place], lane: count === 1 ? 0 : (place % count) / (count - 1) - 0.5,
  }))
}

/**
 * A place {x, y} in pixels for each firm.
 * @param {object} story - nodes and ties of the whole run
 * @param {number} width - of the stage, px
 * @param {number} height - of the stage, px
 * @param {number} letter - height of the letters, px
 */
export function placesOf(story, width, height, letter) {
  const upright = height > width * 0.95 // a phone: the bands lie above each other
  const bands = (story.bands ??= ordered(story))
  const regulators = story.nodes.flatMap((node, k) => (node.kind === "regulator" ? [k] : []))
  const places = story.nodes.map(() => ({ x: 0, y: 0 }))
  const top = letter * (upright ? 6.5 : 5.5)
  const across = upright ? height - top - letter * 2.5 : width
  const along = upright ? width - letter * 2 : height - top - letter * 1.8
  const centres = upright ? [0.1, 0.47, 0.86] : [0.15, 0.5, 0.84]
  bands.forEach((members, band) => {
    const laneWidth = across * (upright ? 0.22 : 0.13)
    const gap = letter * (upright ? 4.2 : 2.6)
    for (const { k, along: place, lane } of lanes(members, along, band === 0 && !upright ? 0 : gap, (k) => (story.nodes[k].kind === "chipmaker" ? SELLERS : 1))) {
      const side = centres[band] * across + lane * laneWidth
      places[k] = upright ? { x: letter + place, y: top + side } : { x: side, y: top + place }
    }
  })
  regulators.forEach((k, place) => {
    const share = (place + 0.5) / regulators.length
    places[k] = { x: upright ? width * share : width * (0.22 + 0.56 * share), y: letter * 2.6 }
  })
  return { places, upright }
}
