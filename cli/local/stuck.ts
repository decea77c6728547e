/** Notices that a journey does not get on, and says why. */
import type { Snapshot } from "../../local/console/snapshot";
import type { Journey } from "../../local/console/journey";
import type { CloudView } from "../../local/view";

/** Milliseconds without any progress after which a journey is stuck: twice the longest pause of a restart or retry. */
const PATIENCE = 60_000;
/** Where an access was refused: grants are at once here, so what is refused for so long stays refused. */
const PATIENCE_AFTER_DENIAL = 5_000;

/** Looks at one moment after the other. */
export class StuckWatch {
  private last = "";
  private since: number | undefined;

  constructor(
    private readonly view: CloudView,
    private readonly journey: Journey,
  ) {}

  /** @returns why nothing moves any more, or undefined while something does */
  look(snapshot: Snapshot): string | undefined {
    const now = progressOf(snapshot, this.journey);
    if (now !== this.last || this.since === undefined) {
      this.last = now;
      this.since = snapshot.at;
      return undefined;
    }
    const patience = snapshot.denials.length > 0 ? PATIENCE_AFTER_DENIAL : PATIENCE;
    return snapshot.at - this.since < patience ? undefined : whyStuck(snapshot, this.journey, this.view);
  }
}

/** What changes while a journey gets on. Deliveries that are tried again and again are no progress. */
function progressOf({ counters, statuses, totals }: Snapshot, journey: Journey): string {
  const acknowledged = journey.routes.map(({ subscription }) => counters[subscription]?.["acknowledged"]);
  const written = Object.values(statuses).map(({ rows, state, unwritten }) => [rows, state, unwritten]);
  return JSON.stringify([acknowledged, written, totals.events, totals.rows, totals.deadLetters]);
}

/** The likeliest reason first: a refused access, a workload's own word, a process that does not stay, a backlog. */
function whyStuck(snapshot: Snapshot, journey: Journey, view: CloudView): string {
  const { counters, denials, statuses, workloads } = snapshot;
  if (denials.length > 0) {
    return denials
      .map(({ member, permission, resource, roles }) => {
        const role = roles[0] === undefined ? "" : `; ${roles[0]} would give it`;
        return `${member} lacks ${permission} on ${resource}${role}. Nothing in the stack grants it.`;
      })
      .join("\n");
  }
  const labelOf = (address: string): string => view.graph.nodes.find(({ id }) => id === address)?.label ?? address;
  for (const [address, { problem }] of Object.entries(statuses)) {
    if (problem !== null) return `${labelOf(address)}: ${problem}`;
  }
  for (const { instances, name } of workloads) {
    const ailing = instances.find(({ state }) => state !== "running");
    if (ailing === undefined) continue;
    const error = ailing.lines.findLast(({ severity }) => severity === "ERROR")?.message;
    return `${name} is ${ailing.state}${ailing.lastExit === undefined ? "" : ` (${ailing.lastExit})`}${error === undefined ? "" : `: ${error}`}`;
  }
  const waiting = journey.routes
    .map(({ subscription }) => [labelOf(subscription), counters[subscription]?.["unacknowledged"] ?? 0] as const)
    .filter(([, messages]) => messages > 0)
    .map(([name, messages]) => `${messages} messages of ${name} are not acknowledged`);
  return waiting.length > 0 ? `${waiting.join(", ")}, and nothing moves` : "nothing moves any more";
}
