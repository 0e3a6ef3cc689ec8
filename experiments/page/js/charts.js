// Moves the month's line and writes its value into each title; nothing goes to the server.
const month = slider.value, meta = about.data
span.location = month
// long names take smaller letters rather than being cut; all six alike
const longest = Math.max(1, ...meta.label.map(label => label.length)), [room] = inside(plots[0])
const letters = room > 0 ? Math.max(11, Math.min(15, Math.floor(room / (0.63 * longest)))) : 15
plots.forEach((plot, k) => {
  if (k >= meta.label.length) return
  const y = runs.data[`y${k}`]
  const now = y && month < y.length ? `${number(y[month], language)} ${meta.unit[k]}` : " "
  plot.title.text = `${meta.label[k]}\n${now}`
  plot.title.text_font_size = `${letters}px`
})
