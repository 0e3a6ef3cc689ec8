// Questions to the server. Each is asked once, kept, and dropped when no view wants its answer any more.
import { changed } from "./store.js"

const KEPT = 80 // answers
const RETRY = 3 // seconds, where the server names none
const entries = new Map()
let wanted = new Set()
let version = ""

/** Whether the server answers; `back` is true for a moment after it has come back. */
export const connection = { lost: false, back: false }

/** An error that the server has put into words. */
export class Refused extends Error {
  constructor(status, { code = "failed", message = {}, locked = null } = {}) {
    super(message.en ?? `HTTP ${status}`)
    Object.assign(this, { status, code, message, texts: message, locked })
  }
}

/** All answers carry this version, so that the browser may keep them for ever. */
export function useVersion(text) {
  version = text
}

async function read(answer) {
  const body = await answer.json().catch(() => ({}))
  if (!answer.ok) {
    const fault = new Refused(answer.status, { ...body.error, locked: body.locked ?? body.error?.locked })
    fault.after = Number(answer.headers.get("Retry-After")) || RETRY
    throw fault
  }
  return body
}

async function fetched(path, options) {
  let answer
  try {
    answer = await fetch(path, options)
  } catch (fault) {
    if (fault.name !== "AbortError") lose()
    throw fault
  }
  find()
  return read(answer)
}

/** Fetch at once, without keeping the answer. */
export const get = (path) => fetched(path)

/** Send something. */
export function post(path, body) {
  return fetched(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })
}

/** The server does not answer: say so, and look for it until it does. */
export function lose() {
  if (connection.lost) return
  connection.lost = true
  changed()
  const look = setInterval(async () => {
    const answer = await fetch("/api/health", { cache: "no-store" }).catch(() => null)
    if (!answer?.ok) return
    clearInterval(look)
    find()
  }, RETRY * 1000)
}

/** The server answers. */
export function find() {
  if (!connection.lost) return
  Object.assign(connection, { lost: false, back: true })
  for (const [path, entry] of entries) if (entry.lost) entries.delete(path)
  setTimeout(() => {
    connection.back = false
    changed()
  }, 4000)
  changed()
}

function begin(path) {
  const stop = new AbortController()
  const entry = { value: null, error: null, pending: true, lost: false, stop }
  const address = version && !path.startsWith("/api/class") ? path + (path.includes("?") ? "&" : "?") + `v=${version}` : path
  fetched(address, { signal: stop.signal }).then(
    (value) => Object.assign(entry, { value, pending: false }),
    (fault) => {
      if (fault.name === "AbortError") return
      const again = fault.status === 429 || fault.status === 503
      Object.assign(entry, { error: fault, pending: again, lost: !(fault instanceof Refused) })
      if (again) setTimeout(() => { if (entries.get(path) === entry) { entries.delete(path); changed() } }, fault.after * 1000)
    },
  ).then(changed)
  return entry
}

/**
 * The answer to a question, as far as it is there: { value, error, pending }. Asking again costs nothing.
 * @param {string} path - address of the answer
 */
export function ask(path) {
  wanted.add(path)
  let entry = entries.get(path)
  if (entry) entries.delete(path) // asked last, dropped last
  else entry = begin(path)
  entries.set(path, entry)
  return entry
}

/** Forget an answer that has changed on the server. */
export function forget(prefix) {
  for (const path of entries.keys()) if (path.startsWith(prefix)) entries.delete(path)
  changed()
}

/** After a drawing: stop what no view has asked for in it, and keep no more answers than may be. */
export function tidy() {
  for (const [path, entry] of entries) {
    const idle = !wanted.has(path)
    if (idle && entry.pending) entry.stop.abort()
    if (idle && (entry.pending || entry.error || entries.size > KEPT)) entries.delete(path)
  }
  wanted = new Set()
}
