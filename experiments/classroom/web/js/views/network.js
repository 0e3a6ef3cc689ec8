// The partnership network as theatre, with search, what flows, and the dated card of a firm.
import { html, nothing } from "../../vendor/lit-html/lit-html.js"
import { live } from "../../vendor/lit-html/directives/live.js"
import { state, set } from "../store.js"
import { CHOICES } from "../link.js"
import { month as monthName, number, spoken, t } from "../words.js"
import { word } from "../catalogue.js"
import { network as networkOf } from "../answers.js"
import { streamsOf } from "../theatre/flows.js"
import { SHAPES } from "../theatre/paint.js"
import { firmCard } from "./firm.js"
import "../theatre/theatre.js"

const LISTED = 10 // of the largest flows, in the list for those who do not see the stage
const BESIDE = matchMedia("(min-width: 62rem) and (min-height: 32rem)") // else the card stands below the stage

function choose(firm) {
  set({ firm })
  if (firm && !BESIDE.matches) setTimeout(() => document.querySelector(".firm-card")?.scrollIntoView({ block: "nearest" }), 100)
}

/** What one dot stands for. */
function unitWords(unit) {
  return t(`network.unit.${state.flow}`, { n: number(unit) })
}

function search(story) {
  const pick = (event) => {
    const found = story.nodes.find(({ name }) => name.toLowerCase() === event.target.value.trim().toLowerCase())
    if (found) choose(found.name)
  }
  return html`<label class="search"><span class="unseen">${t("network.search")}</span>
    <input type="search" list="firms" placeholder=${t("network.searchHint")} .value=${live(state.firm)} @change=${pick} @input=${pick}>
    <datalist id="firms">${[...story.nodes].sort((a, b) => a.name.localeCompare(b.name)).map(({ name }) =>
      html`<option value=${name}></option>`)}</datalist></label>`
}

function controls() {
  const buttons = (key, values, label) => html`<div class="row choice" role="group" aria-label=${label}>${values.map((value) =>
    html`<button aria-pressed=${state[key] === value ? "true" : "false"} @click=${() => set({ [key]: value })}
      >${t(`network.${key}.${value}`)}</button>`)}</div>`
  return html`<div class="row spread stage-controls">
    ${buttons("flow", CHOICES.flow, t("network.flowLabel"))}${buttons("size", CHOICES.size, t("network.sizeLabel"))}</div>`
}

function legend(story, streams) {
  return html`<ul class="legend stage-legend">
    ${Object.keys(SHAPES).map((kind) => html`<li><span class="shape ${kind}" aria-hidden="true"></span>${word("kinds", kind)}</li>`)}
    <li><span class="key dot ${state.flow}" aria-hidden="true"></span>${unitWords(streams.unit)}</li>
    <li><span class="key strong" aria-hidden="true"></span>${t("network.strong")}</li>
    ${["equity", "open_weights", "inquiry"].map((kind) => html`<li><span class="key tie ${kind}" aria-hidden="true"></span>${word("ties", kind)}</li>`)}
    ${state.flow === "chips" ? html`<li><span class="key queue" aria-hidden="true"></span>${t("network.queue")}</li>` : nothing}
    <li><span class="key use" aria-hidden="true"></span>${t("network.use")}</li>
    <li><span class="key away" aria-hidden="true"></span>${t("network.refused")}</li></ul>`
}

const sum = (rows, month) => rows.reduce((all, row) => all + (row?.[month] ?? 0), 0)

/** The stage in words. */
function summary(story, { streams, total }) {
  const top = streams.slice(0, 3).map(({ from, to }) => `${story.nodes[from].name} → ${story.nodes[to].name}`).join("; ")
  return t("network.summary", { month: monthName(state.month), flow: t(`network.flow.${state.flow}`), n: streams.length,
    total: t(`network.total.${state.flow}`, { n: number(total) }), top: top || "–" })
}

function happened(story) {
  const now = story.events.filter(({ month }) => month === state.month)
  return html`<section class="card now-card"><h2>${monthName(state.month)}</h2>
    ${now.length ? html`<ul>${now.slice(0, 8).map(({ who, text, node }) => html`<li>${node === null ? nothing
      : html`<button class="bare firm-link" @click=${() => choose(story.nodes[node]?.name ?? "")}>${who}</button> `}${text}</li>`)}</ul>`
      : html`<p class="faint">${t("events.nothing")}</p>`}
    <p class="faint">${t("network.waiting", { n: number(sum(story.amounts.queue ?? [], state.month)) })}<br>
      ${t("network.away", { n: number(sum(story.amounts.refused ?? [], state.month)) })}</p></section>`
}

function asList(story, { streams }) {
  return html`<details class="as-list"><summary>${t("network.list")}</summary><table>
    <thead><tr><th>${t("network.from")}</th><th>${t("network.to")}</th><th class="number">${t(`network.flow.${state.flow}`)}</th></tr></thead>
    <tbody>${streams.slice(0, LISTED).map(({ from, to, volume }) => html`<tr><td>${story.nodes[from].name}</td>
      <td>${story.nodes[to].name}</td><td class="number">${number(volume)}</td></tr>`)}</tbody></table></details>`
}

/** The view of the network. */
export function network() {
  const found = networkOf(state, spoken())
  const story = found.shown
  if (!story) return html`<div class="loading"><p>${t("network.coming")}</p><div class="wait"></div></div>`
  const streams = streamsOf(story, state.month, state.flow)
  const chosen = story.nodes.findIndex(({ name }) => name === state.firm)
  return html`<div class="network ${found.stale ? "stale" : ""}">
    <div class="stage-side">
      ${controls()}
      <km-theatre .show=${{ story, month: state.month, flow: state.flow, size: state.size, firm: state.firm, look: state.look,
        summary: summary(story, streams) }} @km-firm=${(event) => choose(event.detail)}></km-theatre>
      ${legend(story, streams)}${asList(story, streams)}
    </div>
    <aside class="firm-side" aria-label=${t("network.search")}>${search(story)}${chosen >= 0 ? firmCard(story, chosen) : happened(story)}
      ${chosen >= 0 ? nothing : html`<p class="faint hint">${t("network.click")}</p>`}</aside>
  </div>`
}
