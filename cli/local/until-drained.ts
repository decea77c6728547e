import { systemClock } from "../../local/clock";
import { takeSnapshot } from "../../local/console/snapshot";
import type { Simulation } from "../simulate/simulation";
import { CommandError } from "../command-error";
import { Audit } from "./audit";
import { drain } from "./drain";
import type { LocalRun } from "./run";
import { unreadHere } from "./unread";
import { type Summary, summaryOf } from "./summary";

/**
 * Sends the clicks, waits until all of them are delivered, ends the pipelines, and looks where every click went.
 * @throws CommandError where part of the journey does not run here, so that it would never end
 */
export async function untilDrained(run: LocalRun, simulation: Simulation | undefined): Promise<Summary> {
  const { cloud, journey, options, signal, source } = run;
  const unread = unreadHere(cloud, journey);
  if (unread.length > 0) throw new CommandError(`--until-drained would wait for ever: ${unread.join("\n")}`);
  const began = systemClock.now();
  const snapshot = () => takeSnapshot(cloud, journey, () => systemClock.now());
  const audit = await Audit.begin(source, journey);
  const drained = await drain({ view: cloud, journey, simulation, snapshot, clock: systemClock, signal });
  return summaryOf({
    ...drained,
    stack: cloud.stack.id,
    simulation,
    malformed: options.malformed ?? 0,
    totals: (await snapshot()).totals,
    labels: Object.fromEntries(cloud.graph.nodes.map(({ id, label }) => [id, label])),
    letters: audit.deadLetters(),
    accounts: await audit.accounts(simulation?.accepted ?? []),
    faults: cloud.struck,
    carried: options.state !== undefined,
    milliseconds: systemClock.now() - began,
  });
}
