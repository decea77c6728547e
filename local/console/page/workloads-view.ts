import type { LogMessage, TickMessage, WorkloadMessage } from "../protocol";
import { clockTime, html, setText } from "./dom";
import { type Fact, pipelineFacts } from "./pipeline-facts";

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
    const facts: readonly Fact[] = [
      { name: "identity", text: workload.identity },
      ...(workload.url === undefined ? [] : [{ name: "address", text: workload.url }]),
      { name: "process", text: processes.map(processWords).join("; ") || "none" },
      ...(pipeline === undefined ? [] : [{ name: "pipeline", text: `${pipeline.name}, ${pipeline.state}` }]),
      ...(pipeline === undefined ? [] : pipelineFacts(pipeline)),
    ];
    const text = JSON.stringify(facts);
    if (text === this.shown) return;
    this.shown = text;
    this.facts.replaceChildren(
      ...facts.flatMap((fact) => [
        html("dt", {}, fact.name),
        html("dd", { class: fact.bad === true ? "reason" : "" }, fact.text),
      ]),
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
