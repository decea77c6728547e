import type { LogMessage } from "../protocol";
import { clockTime, html } from "./dom";

const MOST = 500;

/** What services and workloads say, as they say it. */
export class LogView {
  readonly panel = html("div", {});
  private readonly list = html("div", { class: "scroll log", tabindex: 0, role: "log", "aria-label": "Log" });

  constructor() {
    this.panel.append(this.list);
  }

  add({ at, message, severity, source }: LogMessage): void {
    const atEnd = this.list.scrollTop + this.list.clientHeight >= this.list.scrollHeight - 8;
    this.list.append(
      html(
        "div",
        {},
        html("span", { class: "time" }, clockTime(at)),
        html("span", { class: severity }, severity),
        html("span", { class: "source" }, source),
        html("span", { class: severity === "INFO" ? "" : severity }, message),
      ),
    );
    while (this.list.childElementCount > MOST) this.list.firstElementChild?.remove();
    if (atEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  opened(): void {
    this.list.scrollTop = this.list.scrollHeight;
  }
}
