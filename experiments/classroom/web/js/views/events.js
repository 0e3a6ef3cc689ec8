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

/** Firms that do the same in the same month stand in one line. */
function together(found) {
  const lines = new Map()
  for (const event of found) {
    const key = `${event.month}|${event.kind}|${event.text}`
    if (!lines.has(key)) lines.set(key, [])
    lines.get(key).push(event)
  }
  return [...lines.values()]
}

function firm({ month, who }, k, { length }) {
  const link = html`<button class="bare firm-link" @click=${() => set({ view: "network", firm: who, month })}>${who}</button>`
  return k < length - 1 ? html`<span class="whole">${link},</span> ` : link
}

function line(found) {
  const [{ month, kind, text }] = found
  const firms = found.filter(({ node }) => node !== null && node !== undefined)
  const each = firms.length > 1 ? `${t("colon")}${t("events.each")} ` : firms.length ? " " : ""
  return html`<li class=${month === state.month ? "now" : month > state.month ? "later" : ""}>
    <button class="bare when" @click=${() => moveTo(month)}>${monthName(month, true)}</button>
    <span class="sign" aria-hidden="true">${SIGNS[kind] ?? "•"}</span>
    <span>${firms.map(firm)}${each}${text}</span></li>`
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
      <ol class="chronicle">${together(shown.filter(({ month }) => 2022 + Math.floor(month / 12) === year)).map(line)}</ol></section>`)}</div></div>`
}
