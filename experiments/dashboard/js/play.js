// Play and pause, in the browser alone: a step every fifth of a second.
const state = (window.kingmaker = window.kingmaker || {})
function stop() {
  clearInterval(state.playing)
  state.playing = null
  button.label = play
  settled.value = slider.value
}
if (state.playing) {
  stop()
} else {
  if (slider.value >= slider.end) slider.value = 0
  button.label = pause
  state.playing = setInterval(() => {
    if (slider.value >= slider.end) return stop()
    slider.value += 1
  }, 200)
}
