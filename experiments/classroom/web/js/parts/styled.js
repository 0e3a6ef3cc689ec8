// A directive that sets styles through the object model: a style attribute in the markup is refused by the page's policy.
import { noChange } from "../../vendor/lit-html/lit-html.js"
import { Directive, directive } from "../../vendor/lit-html/directive.js"

class Styled extends Directive {
  render() {
    return noChange
  }

  update(part, [styles]) {
    Object.assign(part.element.style, styles)
    return noChange
  }
}

/** `html`<span ${styled({ width: "50%" })}></span>`` */
export const styled = directive(Styled)
