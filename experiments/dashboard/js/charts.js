// Moves the month's line and writes its value into each title; nothing goes to the server.
const month = slider.value
for (let k = 0; k < sources.length; k++) {
  const meta = about.data
  if (k >= meta.label.length) continue
  spans[k].location = month
  const y = sources[k].data.y
  const now = y && month < y.length ? `${number(y[month], language)} ${meta.unit[k]}` : " "
  titles[k].text = `${meta.label[k]}\n${now}`
}
