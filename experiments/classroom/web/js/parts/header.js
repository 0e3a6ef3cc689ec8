// The head of the page: where one is, language, light or dark, sharing.
import { html, nothing } from "../../vendor/lit-html/lit-html.js"
import { state, set } from "../store.js"
import { EXPLORE, writeLink } from "../link.js"
import { spoken, t } from "../words.js"
import { connection } from "../api.js"
import { room } from "../class.js"
import { catalogue } from "../catalogue.js"
import { icon } from "./icons.js"
import { openShare } from "./share.js"

const PLACES = ["story", "charts", "lessons", "regulator"]
const here = (view) => state.view === view || (view === "charts" && EXPLORE.includes(state.view))

const isDark = () => state.look === "dark" || (!state.look && matchMedia("(prefers-color-scheme: dark)").matches)

/** Give the page its colours, on paper the light ones; the canvas and charts read them from here. */
export function wear(paper = false) {
  const look = isDark() && !paper ? "dark" : "light"
  if (document.documentElement.dataset.look !== look) document.documentElement.dataset.look = look
}

function link(view) {
  const patch = { view, step: 0, lesson: "", measure: "" }
  const follow = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    set(patch)
    scrollTo(0, 0)
  }
  return html`<a href=${`/${writeLink({ ...state, ...patch })}`} aria-current=${here(view) ? "page" : "false"} @click=${follow}>
    ${icon(view)}${t(`nav.${view}`)}</a>`
}

/** The head of the page. */
export function header() {
  const teacher = location.pathname === "/teacher"
  return html`<a class="skip" href="#main" @click=${(event) => { event.preventDefault(); document.querySelector("#main").focus() }}>${t("nav.skip")}</a>
    <header class="head"><a class="brand" href="/" aria-label="Kingmaker"><svg viewBox="0 0 32 32" aria-hidden="true"><path class="crown" d="M5 12l5 5 6-9 6 9 5-5-2 12H7z"></path>
      <path class="legs" d="M9 27v3M14 27v3M18 27v3M23 27v3"></path></svg><span>Kingmaker</span></a>
    ${teacher ? nothing : html`<nav class="places" aria-label=${t("nav.label")}>${PLACES.map(link)}</nav>`}
    <div class="row tools">
      ${teacher ? nothing : html`<button class="icon" aria-label=${t("share.title")} @click=${openShare}>${icon("share")}</button>`}
      <button class="icon" aria-label=${t(isDark() ? "nav.light" : "nav.dark")} @click=${() => set({ look: isDark() ? "light" : "dark" })}>${icon(isDark() ? "light" : "dark")}</button>
      <button class="icon" lang=${spoken() === "en" ? "fr" : "en"} aria-label=${spoken() === "en" ? "FR – Français" : "EN – English"}
        @click=${() => set({ lang: spoken() === "en" ? "fr" : "en" })}>${spoken() === "en" ? "FR" : "EN"}</button></div></header>`
}

/** What the visitor must know wherever he is: connection, a link that was not understood, the teacher's call. */
export function notices() {
  const called = room.now?.open && state.lesson !== room.now.open && location.pathname !== "/teacher"
    ? catalogue.lessons.find(({ id }) => id === room.now.open) : null
  return html`<div class="notices" role="status">
    ${connection.lost ? html`<p class="note bad">${t("lost.told")}</p>` : connection.back ? html`<p class="note">${t("lost.back")}</p>` : nothing}
    ${state.faults.length ? html`<p class="note">${t("badLink", { parts: state.faults.join(", ") })}
      <button class="bare icon" aria-label=${t("close")} @click=${() => { state.faults = []; set({}, { step: false }) }}>${icon("close")}</button></p>` : nothing}
    ${called ? html`<p class="note">${t("lessons.called", { title: called.title })} <button class="main" @click=${() => set({ view: "lessons", lesson: called.id })}>${t("lessons.join")}</button></p>` : nothing}</div>`
}
