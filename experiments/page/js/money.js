// Ribbons from payers (left) to payees (right): width is the money of the last twelve months.
const month = slider.value, F = flows.data, pairs = F.payer.length, months = flows.data.months ? flows.data.months[0] : 0
if (pairs && amounts.data.musd.length === pairs * months && month < months) {
  const value = k => amounts.data.musd[k * months + month]
  const gap = 0.035, usable = 1 - gap * (sectors.length - 1)
  let whole = 0
  for (let k = 0; k < pairs; k++) whole += value(k)
  const scale = whole > 0 ? usable / whole : 0
  const bars = {left: [], right: [], top: [], bottom: [], color: []}
  const names = {x: [], y: [], text: [], align: []}
  const at = [[], []]
  for (const side of [0, 1]) {
    let y = 1
    const places = []
    sectors.forEach((name, s) => {
      let total = 0
      for (let k = 0; k < pairs; k++) if ((side ? F.payee : F.payer)[k] === s) total += value(k)
      const height = total * scale
      at[side][s] = y
      if (total > 0) {
        bars.left.push(side ? 0.97 : 0); bars.right.push(side ? 1 : 0.03)
        bars.top.push(y); bars.bottom.push(y - Math.max(height, 0.002)); bars.color.push(colors[s])
        places.push([y - height / 2, `${name}  ${number(total / 1000, language)} G$`])
        y -= height + gap
      }
    })
    let last = 2  // names are pushed down until they no longer touch
    places.forEach(([y, text]) => {
      const here = Math.min(y, last - 0.062)
      last = here
      names.x.push(side ? 1.02 : -0.02); names.y.push(here); names.text.push(text); names.align.push(side ? "left" : "right")
    })
  }
  const out = {xs: [], ys: [], color: [], what: [], musd: []}
  const order = [...Array(pairs).keys()].sort((a, b) => F.payer[a] - F.payer[b] || F.payee[a] - F.payee[b])
  const from = [...at[0]], to = [...at[1]]
  const arrival = [...Array(pairs).keys()].sort((a, b) => F.payee[a] - F.payee[b] || F.payer[a] - F.payer[b])
  const end = {}
  for (const k of arrival) { end[k] = to[F.payee[k]]; to[F.payee[k]] -= value(k) * scale }
  for (const k of order) {
    const h = value(k) * scale
    if (h <= 0) continue
    const a = from[F.payer[k]], b = end[k]
    from[F.payer[k]] -= h
    const xs = [], ys = []
    const steps = 24
    for (let i = 0; i <= steps; i++) {
      const t = i / steps, s = t * t * (3 - 2 * t)
      xs.push(0.03 + 0.94 * t); ys.push(a + (b - a) * s)
    }
    for (let i = steps; i >= 0; i--) {
      const t = i / steps, s = t * t * (3 - 2 * t)
      xs.push(0.03 + 0.94 * t); ys.push(a - h + (b - a) * s)
    }
    out.xs.push(xs); out.ys.push(ys); out.color.push(colors[F.payer[k]])
    out.what.push(F.words[k]); out.musd.push(`${number(value(k) / 1000, language)} G$`)
  }
  ribbons.data = out
  blocks.data = bars
  labels.data = names
}
