// A number as the page's language writes it.
return tick.toLocaleString(language === "fr" ? "fr-FR" : "en-US", {maximumSignificantDigits: 4})
