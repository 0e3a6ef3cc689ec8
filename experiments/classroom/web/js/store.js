// The one state of the page. It follows from the address; changing it writes the address and draws the page anew.
import { readLink, writeLink } from "./link.js"

const WRITE_AFTER = 250 // ms: browsers refuse an address that is rewritten at each step of a slider

export const state = { faults: [] }
let draw = () => {}
let known = () => false
let choices = () => undefined
let home = "story"
let writing = 0
let drawing = 0

/** Draw the page once before the next frame, however much has changed. */
export function changed() {
  drawing ||= requestAnimationFrame(() => {
    drawing = 0
    draw(state)
  })
}

const linkOf = (wanted) => location.pathname + writeLink(wanted, home)

/**
 * Change the state.
 * @param {object} patch - what changes
 * @param {boolean} step - whether Back leads to what was before; a slider under way makes no steps
 */
export function set(patch, { step = true } = {}) {
  clearTimeout(writing)
  if (step) {
    history.replaceState(null, "", linkOf(state)) // a slide not yet written belongs to the step before
    Object.assign(state, patch)
    if (linkOf(state) !== location.pathname + location.search) history.pushState(null, "", linkOf(state))
  } else {
    Object.assign(state, patch)
    writing = setTimeout(() => history.replaceState(null, "", linkOf(state)), WRITE_AFTER)
  }
  changed()
}

function read() {
  const { state: asked, faults } = readLink(location.search, known, home, choices)
  Object.assign(state, asked, { faults })
}

/**
 * Read the address, now and whenever Back or Forward is pressed.
 * @param {(key: string) => boolean} isLever - whether there is such a lever
 * @param {(kind: string) => string[] | undefined} offered - what the server offers of a kind
 * @param {string} view - the view of an address that names none
 * @param {(state: object) => void} show - draws the page
 */
export function start(isLever, offered, view, show) {
  known = isLever
  choices = offered
  home = view
  draw = show
  read()
  addEventListener("popstate", () => {
    clearTimeout(writing)
    read()
    changed()
  })
}

/** The complete address of a state like this one, with changes; always of the page itself. */
export function linkTo(patch = {}, path = "/") {
  return new URL(path + writeLink({ ...state, ...patch }, "story"), location.href).href
}
