import type { DeadLetterMessage, DeadLettersMessage } from "../protocol";
import { clockTime, html } from "./dom";
import { Fetched } from "./fetched";

/** What was set aside: when, by whom, why, and what it was. */
export class DeadLettersView {
  readonly panel = html("div", {});
  private shown = "";
  private readonly fetched = new Fetched<DeadLettersMessage>(
    () => "/dead-letters",
    (letters) => this.show(letters),
    (reason) => this.panel.replaceChildren(html("p", { class: "empty" }, reason)),
  );

  constructor() {
    this.show([]);
  }

  refresh(): void {
    void this.fetched.refresh();
  }

  private show(letters: DeadLettersMessage): void {
    // What is open stays open while nothing new comes.
    const ids = letters.map(({ id }) => id).join(" ");
    if (ids === this.shown && ids !== "") return;
    this.shown = ids;
    if (letters.length === 0) {
      this.panel.replaceChildren(html("p", { class: "empty" }, "Nothing was set aside."));
      return;
    }
    const head = ["Time", "Set aside by", "Reason", "Message"].map((title) => html("th", { scope: "col" }, title));
    const table = html(
      "table",
      {},
      html("thead", {}, html("tr", {}, ...head)),
      html("tbody", {}, ...letters.map(line)),
    );
    this.panel.replaceChildren(
      html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Dead letters" }, table),
    );
  }
}

function line({ at, attributes, by, payload, reason }: DeadLetterMessage): HTMLElement {
  const names = Object.entries(attributes).map(([name, value]) => `${name}: ${value}`);
  return html(
    "tr",
    {},
    html("td", {}, clockTime(at)),
    html("td", {}, by),
    html("td", { class: "wrap reason" }, reason),
    html(
      "td",
      { class: "wrap" },
      html(
        "details",
        {},
        html("summary", { class: "mono" }, payload === "" ? "(empty)" : payload.slice(0, 160)),
        html("pre", {}, payload),
        names.length > 0 && html("pre", {}, names.join("\n")),
      ),
    ),
  );
}
