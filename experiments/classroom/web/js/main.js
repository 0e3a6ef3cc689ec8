// Starts the page and draws it: the address gives the state, the state gives the page.
import { html, nothing, render } from "../vendor/lit-html/lit-html.js"
import { changed, linkTo, set, start, state } from "./store.js"
import { EXPLORE } from "./link.js"
import { LANGUAGES, month as monthName, speak, spoken, t } from "./words.js"
import { catalogue, isLever, load, offered } from "./catalogue.js"
import { connection, tidy } from "./api.js"
import { follow } from "./class.js"
import { header, notices, wear } from "./parts/header.js"
import { levers, policyWords } from "./parts/levers.js"
import { changedStrip } from "./parts/changed.js"
import { clock, stop } from "./parts/clock.js"
import { icon } from "./parts/icons.js"
import { share } from "./parts/share.js"

const root = document.querySelector("#page")
const home = location.pathname.slice(1) || "story" // the door: /, /teacher or /embed
// views are loaded when they are first turned to
const LOAD = {
  story: () => import("./views/story.js"), charts: () => import("./views/charts.js"), network: () => import("./views/network.js"),
  money: () => import("./views/money.js"), events: () => import("./views/events.js"), compare: () => import("./views/compare.js"),
  lessons: () => import("./views/lessons.js"), regulator: () => import("./views/regulator.js"),
  teacher: () => import("./views/teacher.js"), guide: () => import("./views/teacher.js"), embed: () => import("./views/embed.js"),
}
const loaded = {}
const before = { view: "", lesson: "", drawn: false }
let sheet = false // the levers' sheet on a phone
let large = null // the dialog of a chart

function view(name) {
  if (!loaded[name]) {
    loaded[name] = "coming"
    LOAD[name]().then((module) => { loaded[name] = module[name]; changed() }, () => { delete loaded[name]; setTimeout(changed, 3000) })
  }
  return typeof loaded[name] === "function" ? loaded[name]() : html`<div class="loading">${connection.lost ? html`<p>${t("lost.later")}</p>` : nothing}<div class="wait"></div></div>`
}

function tabs() {
  return html`<nav class="tabs row" aria-label=${t("nav.views")}>${EXPLORE.map((name) => html`<button aria-pressed=${state.view === name ? "true" : "false"}
    @click=${() => set({ view: name })}>${t(`tabs.${name}`)}</button>`)}</nav>`
}

function flipSheet() {
  sheet = !sheet
  changed()
  requestAnimationFrame(() => document.querySelector(sheet ? ".levers .shut" : ".open-levers")?.focus())
}

/** On paper: what is shown, and where it is to be found. */
function printed() {
  const policy = [catalogue.presets.find(({ key }) => key === state.scenario)?.label, policyWords()].filter(Boolean).join(t("semicolon"))
  return html`<p class="printed"><strong>Kingmaker · ${t(`tabs.${state.view}`)} · ${monthName(state.month)}</strong><br>${policy}<br>${linkTo()}</p>`
}

function explore() {
  const moved = Object.keys(state.levers).length
  return html`<div class="explore">
    <aside class="levers ${sheet ? "open" : ""}" aria-label=${t("levers.title")}><div class="row spread sheet-head"><h2>${t("levers.title")}</h2>
      <button class="icon shut" aria-label=${t("close")} @click=${flipSheet}>${icon("close")}</button></div>${levers()}</aside>
    <main id="main" tabindex="-1"><h1 class="unseen">${t(`tabs.${state.view}`)}</h1>${printed()}${tabs()}${state.view === "compare" ? nothing : changedStrip()}
      <div class="view" data-view=${state.view}>${view(state.view)}</div>
      <div class="foot"><button class="open-levers main" @click=${flipSheet}>${icon("charts")} ${t("levers.title")}${moved ? html`<span class="badge">${moved}</span>` : nothing}</button>
        ${state.view === "compare" ? nothing : clock()}</div></main></div>`
}

function body() {
  if (state.view === "embed") return view("embed")
  const inner = EXPLORE.includes(state.view) ? explore() : html`<main id="main" tabindex="-1" class="wide-view" data-view=${state.view}>${view(state.view)}</main>`
  return html`${header()}${notices()}${inner}${large ? large() : nothing}${share()}`
}

/** Open or close the dialog as the state has it. */
function dialogs() {
  const dialog = document.querySelector("dialog.large")
  const wanted = Boolean(state.measure) && EXPLORE.includes(state.view)
  if (wanted && !large) import("./parts/large.js").then((module) => { large = module.large; changed() })
  if (dialog && wanted !== dialog.open) dialog[wanted ? "showModal" : "close"]()
  if (dialog && document.activeElement === dialog) dialog.querySelector("header button")?.focus() // what it shows has come
}

/** Where the tabs are wider than a phone: bring the one that is chosen into sight. */
function showTab() {
  const chosen = document.querySelector('.tabs [aria-pressed="true"]')
  const row = chosen?.parentElement
  row?.scrollTo({ left: chosen.offsetLeft - (row.clientWidth - chosen.offsetWidth) / 2 })
}

async function draw() {
  const wanted = LANGUAGES.includes(state.lang) ? state.lang : spoken()
  if (wanted !== spoken()) {
    await Promise.all([speak(wanted), load(wanted)])
    changed()
    return
  }
  if (state.view !== before.view || state.lesson !== before.lesson) {
    if (state.view !== before.view) stop()
    if (before.view && !(EXPLORE.includes(before.view) && EXPLORE.includes(state.view))) scrollTo(0, 0)
    Object.assign(before, { view: state.view, lesson: state.lesson })
  }
  wear()
  if (!before.drawn) root.replaceChildren() // what stood there until the page was ready
  before.drawn = true
  const focused = document.activeElement !== document.body
  render(body(), root)
  // what the keyboard stood on is gone, such as "Begin" of a lesson: it goes on from the start of what has come
  if (focused && document.activeElement === document.body) document.querySelector("#main")?.focus({ preventScroll: true })
  if (document.body.dataset.view !== state.view) showTab()
  document.body.dataset.view = state.view
  document.title = `${t(`titles.${state.view}`)} – Kingmaker`
  dialogs()
  tidy()
}

/** The language of the link, else the browser's. */
function firstLanguage() {
  const asked = new URLSearchParams(location.search).get("lang")
  return LANGUAGES.find((language) => language === asked) ?? (navigator.language.startsWith("fr") ? "fr" : "en")
}

async function begin() {
  const language = firstLanguage()
  try {
    await Promise.all([speak(language), load(language)])
  } catch {
    setTimeout(begin, 2000) // the server is busy or being started again
    return
  }
  start(isLever, offered, home, draw)
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed)
  for (const [event, paper] of [["beforeprint", true], ["afterprint", false]]) addEventListener(event, () => wear(paper))
  addEventListener("keydown", (event) => { if (event.key === "Escape" && sheet) flipSheet() })
  if (home !== "embed") follow()
  draw()
}

begin()
