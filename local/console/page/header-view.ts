import type { JourneyMessage } from "../protocol";
import { duration } from "../words";
import { html, setText, svg } from "./dom";

const themes = ["auto", "light", "dark"] as const;
type Theme = (typeof themes)[number];

/** The stack's name, whether it runs, and light or dark. */
export class HeaderView {
  private readonly name = html("h1", {}, "journey");
  private readonly where = html("div", { class: "where" });
  private readonly state = html("div", { class: "state", role: "status" }, "connecting");
  private readonly theme = html("button", { type: "button" });
  private startedAt: number | undefined;

  constructor(root: HTMLElement) {
    const mark = svg(
      "svg",
      { class: "mark", viewBox: "0 0 32 32", "aria-hidden": "true" },
      svg("rect", { width: 32, height: 32, rx: 8, fill: "var(--accent)" }),
      svg("path", {
        d: "M7 16h6m6 0h6M13 16a3 3 0 1 0 6 0 3 3 0 1 0-6 0",
        fill: "none",
        stroke: "var(--surface)",
        "stroke-width": 2.5,
        "stroke-linecap": "round",
      }),
    );
    root.replaceChildren(mark, html("div", {}, this.name, this.where), this.state, this.theme);
    this.choose((localStorage.getItem("theme") as Theme | null) ?? "auto");
    this.theme.addEventListener("click", () => {
      const current = themes.indexOf((document.documentElement.dataset["theme"] ?? "auto") as Theme);
      this.choose(themes[(current + 1) % themes.length] ?? "auto");
    });
  }

  journey({ stack, startedAt }: JourneyMessage): void {
    this.startedAt = startedAt;
    document.title = `${stack.id} · journey`;
    setText(this.name, stack.id);
    setText(this.where, `${stack.project} · ${stack.region} · on this machine`);
  }

  running(at: number): void {
    this.state.classList.remove("gone");
    setText(this.state, `running ${duration((at - (this.startedAt ?? at)) / 1000)}`);
  }

  gone(): void {
    this.state.classList.add("gone");
    setText(this.state, "not running any more");
  }

  private choose(theme: Theme): void {
    document.documentElement.dataset["theme"] = theme;
    localStorage.setItem("theme", theme);
    setText(this.theme, theme === "auto" ? "Auto" : theme === "light" ? "Light" : "Dark");
    this.theme.setAttribute("aria-label", `Colours: ${theme}`);
  }
}
