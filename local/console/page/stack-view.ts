import type { JourneyMessage } from "../protocol";
import { html } from "./dom";

/** What points Google's tools here, and what of the stack does not run on a laptop, with the reason. */
export function stackPanel({ environment, notHere }: JourneyMessage): HTMLElement {
  const variables = Object.entries(environment).map(([name, value]) => `export ${name}=${value}`);
  return html(
    "div",
    {},
    html("div", { class: "bar" }, "Google's own clients and tools reach this journey with these variables:"),
    html("pre", { class: "scroll", tabindex: 0 }, variables.join("\n")),
    html("div", { class: "bar" }, notHere.length === 0 ? "All of the stack runs here." : "Not on a laptop:"),
    notHere.length > 0 &&
      html(
        "div",
        { class: "scroll", tabindex: 0 },
        html(
          "table",
          {},
          html(
            "thead",
            {},
            html("tr", {}, html("th", { scope: "col" }, "Resource"), html("th", { scope: "col" }, "Why not")),
          ),
          html(
            "tbody",
            {},
            ...notHere.map(({ address, reason }) =>
              html("tr", {}, html("td", { class: "mono" }, address), html("td", { class: "wrap" }, reason)),
            ),
          ),
        ),
      ),
  );
}
