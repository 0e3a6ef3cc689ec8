// What happened, year by year, with buttons for the kinds of events.
import { html, nothing } from "../../vendor/lit-html/lit-html.js"
import { state, set } from "../store.js"
import { month as monthName, spoken, t } from "../words.js"
import { word } from "../catalogue.js"
import { events as eventsOf } from "../answers.js"
import { moveTo } from "../parts/clock.js"

const SIGNS = {
  policy: "⚖", deal: "✍", switch: "⇄", release: "✦", chip: "▣", chips: "▤", "self-supply": "⌂", announcement: "↗",
  pivot: "↻", failure: "✕", takeover: "⊂", entry: "+",
}
const hidden = new Set(["release"]) // the most frequent kind waits for a click

function kinds(found) {
  const flip = (kind) => {
    if (!hidden.delete(kind)) hidden.add(kind)
    set({}, { step: false })
  }
  return html`<div class="row choice" role="group" aria-label=${t("events.kinds")}>${found.map((kind) =>
    html`<button aria-pressed=${hidden.has(kind) ? "false" : "true"} @click=${() => flip(kind)}>
      <span aria-hidden="true">${SIGNS[kind] ?? "•"}</span> ${word("events", kind)}</button>`)}
    <button @click=${() => { found.forEach((kind) => hidden.add(kind)); set({}, { step: false }) }}>${t("events.none")}</button></div>`
}

function one({ month, kind, who, text, node }) {
  return html`<li class=${month === state.month ? "now" : month > state.month ? "later" : ""}>
    <button class="bare when" @click=${() => moveTo(month)}>${monthName(month, true)}</button>
    <span class="sign" aria-hidden="true">${SIGNS[kind] ?? "•"}</span>
    <span>${node === null || node === undefined ? nothing : html`<button class="bare firm-link"
      @click=${() => set({ view: "network", firm: who, month })}>${who}</button> `}${text}</span></li>`
}

/** The view of all events. */
export function events() {
  const all = eventsOf(state, spoken()).shown?.events
  if (!all) return html`<div class="loading"><p>${t("changed.computing")}</p><div class="wait"></div></div>`
  const shown = all.filter(({ kind }) => !hidden.has(kind))
  const years = [...new Set(shown.map(({ month }) => 2022 + Math.floor(month / 12)))]
  return html`<div class="events"><h2>${t("events.title")}</h2>${kinds([...new Set(all.map(({ kind }) => kind))])}
    ${shown.length ? nothing : html`<p class="faint">${t("events.nothing")}</p>`}
    <div class="years">${years.map((year) => html`<section class="card"><h3>${year}</h3>
      <ol class="chronicle">${shown.filter(({ month }) => 2022 + Math.floor(month / 12) === year).map(one)}</ol></section>`)}</div></div>`
}
