/** Tells how a run goes on standard error, a second at a time, and what is worth a word as soon as it is said. */
import type { Snapshot } from "../../local/console/snapshot";
import type { CloudView, TimedEntry } from "../../local/view";
import type { Io } from "../io";
import { display, plainLine, Screen } from "./progress";

/** Seconds over which the rate is taken. */
const SPAN = 5;

export class Reporter {
  private readonly screen: Screen;
  private readonly recent: { readonly at: number; readonly events: number }[] = [];
  private denials = 0;

  constructor(
    private readonly io: Io,
    private readonly began: number,
  ) {
    this.screen = new Screen(io.err);
  }

  say(line: string): void {
    this.screen.say(line);
  }

  /** What services and workloads say, where it is a warning or worse. */
  log({ entry: { message, severity, source } }: TimedEntry): void {
    if (severity === "WARNING" || severity === "ERROR") this.say(`${severity.toLowerCase()}: ${source}: ${message}`);
  }

  second(snapshot: Snapshot, view: CloudView): void {
    for (const { member, permission, resource } of snapshot.denials.slice(this.denials)) {
      this.say(`denied: ${member} lacks ${permission} on ${resource}`);
    }
    this.denials = snapshot.denials.length;
    const state = {
      elapsed: snapshot.at - this.began,
      totals: snapshot.totals,
      rate: this.rate(snapshot),
      now: snapshot.at,
      labels: Object.fromEntries(view.graph.nodes.map(({ id, label }) => [id, label])),
    };
    if (this.io.columns === undefined) this.say(plainLine(state));
    else this.screen.draw(display(state, this.io.columns));
  }

  private rate({ at, totals }: Snapshot): number {
    this.recent.push({ at, events: totals.events });
    if (this.recent.length > SPAN + 1) this.recent.shift();
    const first = this.recent[0];
    if (first === undefined || first.at === at) return 0;
    return Math.max(0, ((totals.events - first.events) * 1000) / (at - first.at));
  }
}
