// The month of the page: slider, Play, one step back and on. Nothing of it asks the server.
import { html } from "../../vendor/lit-html/lit-html.js"
import { live } from "../../vendor/lit-html/directives/live.js"
import { state, set } from "../store.js"
import { month as monthName, t } from "../words.js"
import { catalogue } from "../catalogue.js"

const MONTH_LASTS = 550 // ms while it plays
let playing = 0

export const isPlaying = () => playing !== 0

/** Move the month; the address follows when the slider rests. */
export const moveTo = (month) => {
  const within = Math.min(Math.max(month, 0), catalogue.months - 1)
  if (within !== state.month) set({ month: within }, { step: false })
}

export function stop() {
  clearInterval(playing)
  playing = 0
}

function toggle() {
  if (playing) stop()
  else {
    if (state.month >= catalogue.months - 1) moveTo(0)
    playing = setInterval(() => (state.month >= catalogue.months - 1 ? stop() : moveTo(state.month + 1)), MONTH_LASTS)
  }
  set({}, { step: false })
}

/** The row with the clock. */
export function clock() {
  const last = catalogue.months - 1
  const name = monthName(state.month)
  return html`<section class="clock" aria-label=${t("clock.label")}>
    <button class="play main" @click=${toggle} aria-pressed=${playing ? "true" : "false"}
      aria-label=${t(playing ? "clock.pause" : "clock.play")}>
      <span aria-hidden="true">${playing ? "❚❚" : "▶"}</span><span>${t(playing ? "clock.pause" : "clock.play")}</span></button>
    <button class="icon step" @click=${() => moveTo(state.month - 1)} aria-label=${t("clock.back")}>‹</button>
    <button class="icon step" @click=${() => moveTo(state.month + 1)} aria-label=${t("clock.on")}>›</button>
    <output class="now" aria-live="off">${name}</output>
    <div class="track">
      <input type="range" min="0" max=${last} step="1" .value=${live(String(state.month))} aria-label=${t("clock.month")}
        aria-valuetext=${name} @input=${(event) => moveTo(Number(event.target.value))}>
      <div class="ticks" aria-hidden="true">${Array.from({ length: Math.ceil((last + 1) / 12) }, (_, k) =>
        html`<span>${2022 + k}</span>`)}</div>
    </div>
  </section>`
}
