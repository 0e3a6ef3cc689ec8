// Small line drawings: letters such as 🎲 look different, or are missing, on each computer.
import { svg, html } from "../../vendor/lit-html/lit-html.js"

const PATHS = {
  story: "M12 3l2.2 6.2L20 12l-5.8 2.8L12 21l-2.2-6.2L4 12l5.8-2.8z",
  charts: "M5 4v7M5 15v5M12 4v3M12 11v9M19 4v10M19 18v2M2.5 13h5M9.5 9h5M16.5 16h5",
  lessons: "M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18zM12 16a4 4 0 1 1 0-8 4 4 0 0 1 0 8zM12 12h.01",
  regulator: "M12 4v16M7 20h10M5 7l7-2 7 2M5 7l-3 7h6zM19 7l-3 7h6z",
  dice: "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM8.5 8.5h.01M15.5 8.5h.01M12 12h.01M8.5 15.5h.01M15.5 15.5h.01",
  share: "M12 15V3M7.5 7L12 2.5 16.5 7M5 12v8h14v-8",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  dark: "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z",
  light: "M12 16.5a4.5 4.5 0 1 1 0-9 4.5 4.5 0 0 1 0 9zM12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22M5 5l1.7 1.7M17.300 17.300L19 19M5 19l1.7-1.7M17.300 6.7L19 5",
  open: "M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5M4 4l6 6M20 4l-6 6M4 20l6-6M20 20l-6-6",
  undo: "M4 9h10a6 6 0 0 1 0 12H9M4 9l5-5M4 9l5 5",
  close: "M5 5l14 14M19 5L5 19",
}

/** A drawing by name; what it means is said beside it or in the button's name. */
export const icon = (name) => html`<svg class="icon-of" viewBox="0 0 24 24" aria-hidden="true">${svg`<path d=${PATHS[name]}></path>`}</svg>`
