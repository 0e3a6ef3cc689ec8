// Files made in the browser: CSV of a measure, SVG and PNG of a chart as it looks; copying to the clipboard.
import { monthLabel } from "../link.js"

const LOOKS = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "opacity", "font-family", "font-size", "font-weight", "paint-order"]
const SHARP = 2 // pixels of the PNG for each pixel of the page

function save(blob, name) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}

/** The months of a measure with its band and the reference, as CSV. */
export function saveCsv(measure, { run, usual, low, high }) {
  const columns = { month: run.map((_, k) => monthLabel(k)), run, usual, low, high }
  const names = Object.keys(columns).filter((name) => columns[name])
  const rows = run.map((_, k) => names.map((name) => columns[name][k] ?? "").join(","))
  const text = [`# ${measure.label} (${measure.unit})`, names.join(","), ...rows].join("\n")
  save(new Blob([text, "\n"], { type: "text/csv" }), `kingmaker-${measure.name}.csv`)
}

/** The chart as an SVG that stands by itself: what the style sheet says is written into it. */
function standalone(svg, title) {
  const copy = svg.cloneNode(true)
  const originals = [svg, ...svg.querySelectorAll("*")]
  const copies = [copy, ...copy.querySelectorAll("*")]
  originals.forEach((original, k) => {
    const style = getComputedStyle(original)
    for (const look of LOOKS) copies[k].setAttribute(look, style.getPropertyValue(look))
  })
  const letter = parseFloat(getComputedStyle(svg).fontSize)
  const [width, height] = [svg.width.baseVal.value, svg.height.baseVal.value + 2 * letter]
  const paper = document.createElementNS(svg.namespaceURI, "rect")
  const head = document.createElementNS(svg.namespaceURI, "text")
  const set = (element, given) => Object.entries(given).forEach(([key, value]) => element.setAttribute(key, value))
  const colours = getComputedStyle(document.documentElement)
  set(paper, { x: 0, y: -2 * letter, width, height, fill: colours.getPropertyValue("--card") })
  set(head, { x: letter * 0.6, y: -letter * 0.5, fill: colours.getPropertyValue("--ink"), "font-size": letter * 1.1,
    "font-family": "Figtree, sans-serif", "font-weight": 650 })
  head.textContent = title
  copy.prepend(paper, head)
  set(copy, { xmlns: svg.namespaceURI, width, height, viewBox: `0 ${-2 * letter} ${width} ${height}` })
  return { text: new XMLSerializer().serializeToString(copy), width, height }
}

export function saveSvg(svg, title, name) {
  save(new Blob([standalone(svg, title).text], { type: "image/svg+xml" }), `${name}.svg`)
}

export async function savePng(svg, title, name) {
  const { text, width, height } = standalone(svg, title)
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`
  await image.decode()
  const canvas = document.createElement("canvas")
  Object.assign(canvas, { width: width * SHARP, height: height * SHARP })
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
  canvas.toBlob((blob) => save(blob, `${name}.png`))
}

/** Copy a text; where the browser refuses, it is selected for the visitor to copy. */
export async function copy(field) {
  field.select()
  try {
    await navigator.clipboard.writeText(field.value)
    return true
  } catch {
    return false
  }
}
