// Play and pause, in the browser alone: a step every fifth of a second.
const state = (window.kingmaker = window.kingmaker || {})
// a new label makes a new button: the keyboard stays on it
function say(label) {
  const view = Bokeh.index.find_one(button), held = view && view.shadow_el.activeElement
  button.label = label
  if (held) setTimeout(() => view.shadow_el.querySelector("button").focus(), 0)
}
function stop() {
  clearInterval(state.playing)
  state.playing = null
  say(play)
  settled.value = slider.value
}
if (state.playing) {
  stop()
} else {
  if (slider.value >= slider.end) slider.value = 0
  say(pause)
  state.playing = setInterval(() => {
    if (slider.value >= slider.end) return stop()
    slider.value += 1
  }, 200)
}
