// Draws the network of the slider's month out of what the server sent once for all months.
const month = slider.value, N = firms.data, A = amounts.data, T = ties.data, W = shares.data
const count = N.x.length
if (count && A.alive.length % count === 0 && month < A.alive.length / count) {
  const months = A.alive.length / count
  // letters as large as the fullest column allows: a picture on a wall is read from the back of the room
  const [width, height] = inside(plot)
  const room = x => height / (Array.from(N.x).filter(other => other === x).length + 2)
  const most = width > 620 ? 18 : 13
  const letters = Math.round(Math.max(13, Math.min(most, 0.8 * Math.min(room(0), room(0.5) - 16, room(1)))))
  for (const glyph of names) if (glyph.text_font_size.value !== `${letters}px`) glyph.text_font_size = {value: `${letters}px`}
  const border = Math.round(15.5 * letters)
  if (plot.min_border_left !== border) {
    plot.min_border_left = border
    plot.min_border_right = border - 15
  }
  const largest = Math.max(12, Math.min(36, room(0.5) - letters)), least = Math.max(8, 0.4 * largest)  // a name stands between two symbols
  const size = by.active === 1 ? A.value : A.compute
  let top = 1e-9
  for (let k = 0; k < size.length; k++) if (size[k] > top) top = size[k]
  const out = {x: [], y: [], size: [], above: [], marker: [], color: [], name: [], label: [], kind: [], firm: [], compute: [], value: [], alpha: []}
  const tied = new Set()
  for (let k = 0; k < T.source.length; k++)
    if (T.first[k] <= month && month < T.end[k]) { tied.add(T.source[k]); tied.add(T.target[k]) }
  for (let k = 0; k < count; k++) {
    const at = k * months + month
    if (!A.alive[at]) continue
    out.x.push(N.x[k]); out.y.push(N.y[k]); out.marker.push(N.marker[k]); out.color.push(N.color[k])
    const across = least + (largest - least) * Math.sqrt(size[at] / top)
    out.size.push(across); out.above.push(-across / 2 - 2); out.name.push(N.name[k]); out.label.push(N.label[k]); out.kind.push(N.kind[k]); out.firm.push(k)
    out.compute.push(number(A.compute[at], language)); out.value.push(number(A.value[at] / 1000, language))
    out.alpha.push(tied.has(k) || N.always[k] ? 1 : 0.55)
  }
  nodes.data = out
  for (const [kind, source] of Object.entries(edges)) {
    const e = {x0: [], y0: [], cx0: [], cy0: [], cx1: [], cy1: [], x1: [], y1: [], width: [], alpha: [], what: []}
    for (let k = 0; k < T.source.length; k++) {
      if (T.kind[k] !== kind || !T.drawn[k] || T.first[k] > month || month >= T.end[k]) continue
      const now = T.at[k] + month - T.first[k], share = Math.min(W.share[now], 1)
      const a = T.source[k], b = T.target[k], reach = N.x[a] === N.x[b] ? 0.16 : (N.x[b] - N.x[a]) / 2
      e.x0.push(N.x[a]); e.y0.push(N.y[a]); e.cx0.push(N.x[a] + reach); e.cy0.push(N.y[a])
      e.cx1.push(N.x[a] === N.x[b] ? N.x[b] + reach : N.x[b] - reach); e.cy1.push(N.y[b]); e.x1.push(N.x[b]); e.y1.push(N.y[b])
      const lit = focus.value === "" || N.name[a] === focus.value || N.name[b] === focus.value
      e.width.push(least_width + span * share)
      e.alpha.push(lit ? (T.strong[k] || focus.value ? 0.95 : 0.5) : 0.08)
      e.what.push(`${N.name[a]} → ${N.name[b]}: ${T.words[k]}, ${number(100 * share, language)} %` + (W.money[now] > 0 ? `, ${number(W.money[now], language)} M$` : ""))
    }
    source.data = e
  }
  const words = told.data.html
  events.text = month < words.length ? words[month] : ""
}
