// Three significant digits, as the page's language writes numbers.
function number(value, language) {
  if (!isFinite(value)) return "–"
  const size = Math.abs(value)
  const digits = size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : size >= 0.095 ? 2 : 3
  const text = value.toLocaleString(language === "fr" ? "fr-FR" : "en-US",
    {minimumFractionDigits: digits, maximumFractionDigits: digits})
  return text.replace("-", "−")
}
