// The class: who this visitor is, which lesson the teacher has opened, what is revealed. Cookies stay with the server.
import { ask, find, forget, get, lose, post } from "./api.js"
import { changed } from "./store.js"

export const room = { me: null, now: null, board: null }
const ALONE = /^(127\.|localhost$|\[::1\]$)/
const AGAIN = 3000 // ms
let stream = null

/** Whether only this computer can open an address. */
export const isAlone = (address) => ALONE.test(new URL(address).hostname)

/** An address of this page as the class can open it: a teacher's own may lead nowhere from elsewhere. */
export function forClass(address) {
  const found = room.me?.addresses?.[0]
  if (!found || isAlone(found) || !isAlone(address)) return address
  const { pathname, search } = new URL(address)
  return new URL(pathname + search, found).href
}

/** Ask who this visitor is. */
export async function meet() {
  room.me = await get("/api/class/me").catch(() => room.me)
  changed()
}

function hang() {
  stream?.close()
  stream = null
}

/**
 * Follow the class from now on, as long as the page is seen. A browser keeps at most six connections to one server, and
 * a page that is hidden or left keeps its own open: the seventh tab, or page gone back from, would wait for ever.
 */
export function follow() {
  if (!follow.asked) {
    follow.asked = true
    if (!room.me) meet()
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) {
        hang()
        return
      }
      meet() // another tab may have locked a prediction meanwhile
      follow()
    })
    addEventListener("pagehide", hang)
    addEventListener("pageshow", follow)
  }
  if (stream || document.hidden) return
  stream = new EventSource("/api/class/stream")
  stream.addEventListener("open", find)
  stream.addEventListener("error", () => {
    lose()
    if (stream.readyState === EventSource.CLOSED) setTimeout(followAgain, AGAIN) // a browser gives up after an answer such as 503
  })
  stream.addEventListener("class", (event) => {
    const before = JSON.stringify(room.now?.revealed)
    room.now = JSON.parse(event.data)
    if (before !== undefined && before !== JSON.stringify(room.now.revealed)) forgetOutcomes()
    changed()
  })
  stream.addEventListener("board", (event) => {
    room.board = JSON.parse(event.data)
    changed()
  })
}

/** Follow anew: as a teacher one is told more. */
export function followAgain() {
  hang()
  follow()
}

const forgetOutcomes = () => {
  forget("/api/lessons/")
  forget("/api/class/board/")
}

/** Lock a prediction; whoever was first, what stands is kept. */
export async function lock(body) {
  try {
    await post("/api/class/predictions", body)
  } catch (fault) {
    if (fault.code !== "already_locked") throw fault
  }
  await meet()
  forgetOutcomes()
}

/** Become the teacher, or stop being it. */
export async function teach(key) {
  await post(key === null ? "/api/class/teacher/leave" : "/api/class/teacher", key === null ? {} : { key })
  forgetOutcomes()
  await meet()
  followAgain()
}

/** Open a lesson, reveal its outcome, clear the sheet, undo that. */
export async function order(what, body) {
  const answer = await post(`/api/class/${what}`, body)
  forgetOutcomes()
  return answer
}

export const lessonPage = (id, lang) => ask(`/api/lessons/${id}?lang=${lang}`)
export const outcome = (id, lang) => ask(`/api/lessons/${id}/outcome?lang=${lang}`)
export const guide = (id, lang) => ask(`/api/lessons/${id}/guide?lang=${lang}`)
export const boardOf = (id) => (room.board?.lesson === id ? { value: room.board } : ask(`/api/class/board/${id}`))
export const scores = (mandate) => ask(`/api/class/scores?mandate=${mandate}`)
