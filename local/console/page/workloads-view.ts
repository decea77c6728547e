import type { LogMessage, TickMessage, WorkloadMessage } from "../protocol";
import { count } from "../words";
import { clockTime, html, setText } from "./dom";

const LINES = 30;

/** Services and worker pools: how they are, as whom they run, what they said last. */
export class WorkloadsView {
  readonly panel = html("div", { class: "workloads" });
  private readonly cards = new Map<string, Card>();

  show({ workloads }: TickMessage): void {
    for (const workload of workloads) {
      let card = this.cards.get(workload.address);
      if (card === undefined) {
        card = new Card(workload);
        this.cards.set(workload.address, card);
        this.panel.append(card.element);
      }
      card.show(workload);
    }
  }

  log(entry: LogMessage): void {
    for (const card of this.cards.values()) if (card.name === entry.source) card.log(entry);
  }

  selected(address: string): void {
    for (const [id, { element }] of this.cards) {
      element.classList.toggle("selected", id === address);
      if (id === address) element.scrollIntoView({ block: "nearest" });
    }
  }
}

class Card {
  readonly name: string;
  readonly element: HTMLElement;
  private readonly pill = html("span", { class: "pill" });
  private readonly facts = html("dl", {});
  private readonly lines = html("div", { class: "lines", tabindex: 0, role: "log", hidden: "" });
  private shown = "";

  constructor({ kind, label }: WorkloadMessage) {
    this.name = label;
    this.lines.setAttribute("aria-label", `What ${label} said last`);
    this.element = html(
      "article",
      { class: "workload" },
      html("h3", {}, label, html("span", { class: "pill" }, kind === "service" ? "service" : "worker pool"), this.pill),
      this.facts,
      this.lines,
    );
  }

  show(workload: WorkloadMessage): void {
    const { pipeline, processes } = workload;
    const state = stateOf(workload);
    setText(this.pill, state);
    this.pill.className = `pill ${state === "running" ? "good" : "bad"}`;
    const facts: readonly (readonly [string, string | undefined])[] = [
      ["identity", workload.identity],
      ["address", workload.url],
      ["process", processes.map(processWords).join("; ") || "none"],
      ["pipeline", pipeline && `${pipeline.name}, ${pipeline.state}`],
      ["watermark", pipeline?.watermark ?? undefined],
      ["unwritten", pipeline && pipeline.unwritten > 0 ? `${count(pipeline.unwritten)} rows` : undefined],
      ["late", pipeline && pipeline.late > 0 ? `${count(pipeline.late)} events` : undefined],
      ["problem", pipeline?.problem ?? undefined],
    ];
    const text = JSON.stringify(facts);
    if (text === this.shown) return;
    this.shown = text;
    this.facts.replaceChildren(
      ...facts.flatMap(([name, value]) =>
        value === undefined
          ? []
          : [html("dt", {}, name), html("dd", { class: name === "problem" ? "reason" : "" }, value)],
      ),
    );
  }

  log({ at, message, severity }: LogMessage): void {
    const atEnd = this.lines.scrollTop + this.lines.clientHeight >= this.lines.scrollHeight - 4;
    this.lines.hidden = false;
    this.lines.append(html("div", { class: severity }, html("span", { class: "time" }, `${clockTime(at)} `), message));
    while (this.lines.childElementCount > LINES) this.lines.firstElementChild?.remove();
    if (atEnd) this.lines.scrollTop = this.lines.scrollHeight;
  }
}

function stateOf({ processes }: WorkloadMessage): string {
  return (
    processes.find(({ state }) => state !== "running")?.state ?? (processes.length === 0 ? "no process" : "running")
  );
}

function processWords({ lastExit, pid, restarts }: WorkloadMessage["processes"][number]): string {
  const now = pid === undefined ? "not running" : `pid ${pid}`;
  if (restarts === 0) return now;
  return `${now}, started again ${restarts === 1 ? "once" : `${restarts} times`}${lastExit === undefined ? "" : ` (last ${lastExit})`}`;
}
