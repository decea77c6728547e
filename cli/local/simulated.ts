import { owner } from "../../local/access/members";
import { systemClock } from "../../local/clock";
import { emailOf } from "../../local/services/iam/tokens";
import { CommandError } from "../command-error";
import type { FieldSpec } from "../../pipeline/spec";
import { bodiesFor, spoiling } from "../simulate/bodies";
import { postTo } from "../simulate/endpoint";
import { Simulation } from "../simulate/simulation";
import { pipelineOf } from "./pipelines";
import type { LocalOptions, LocalRun } from "./run";

/** Clicks a second where neither a rate nor a number says how fast. */
const CALM = 10;

/** @throws CommandError where the options contradict each other */
export function checkSimulation({ malformed = 0, simulate, untilDrained }: LocalOptions): void {
  if (malformed > 0 && typeof simulate !== "number") {
    throw new CommandError("--malformed is so many of a number of clicks: --simulate <clicks> is needed too", 2);
  }
  if (typeof simulate === "number" && malformed > simulate) {
    throw new CommandError(`--malformed ${malformed} of --simulate ${simulate} clicks: there are not so many`, 2);
  }
  if (untilDrained && simulate === true) {
    throw new CommandError("--until-drained waits for the last click: --simulate needs a number of them", 2);
  }
}

/**
 * The events that were asked for, such as the journey's pipelines take; undefined where none were.
 * @throws CommandError where the stack has no way in
 */
export async function simulationOf(run: LocalRun): Promise<Simulation | undefined> {
  const { malformed = 0, rate, seed = Date.now(), simulate } = run.options;
  if (simulate === undefined) return undefined;
  const count = simulate === true ? Infinity : simulate;
  const fields = await eventFieldsOf(run);
  const bodies = bodiesFor({ fields, seed, now: Date.now });
  const { token, url } = entranceOf(run);
  return new Simulation({
    bodies: malformed === 0 ? bodies : spoiling(bodies, { seed, malformed, count, fields }),
    count,
    rate: rate ?? (simulate === true ? CALM : Infinity),
    post: postTo(url, token),
    clock: systemClock,
  });
}

/** The proxy's own public address, as a user would reach it; with the owner's token where it is not open to all. */
function entranceOf({ cloud, journey }: LocalRun): { readonly url: string; readonly token?: string } {
  const [entrance] = journey.entrances;
  const url = cloud.workloads().find(({ address }) => address === entrance?.service)?.url;
  if (entrance === undefined || url === undefined) {
    throw new CommandError(
      `${cloud.stack.id} has no service that takes events by HTTP and publishes them: --simulate needs one`,
    );
  }
  return entrance.public ? { url } : { url, token: cloud.parts.iam.tokens.identity(emailOf(owner), url) };
}

/** What the pipelines that read the journey's topics take an event for; none where no pipeline reads them. */
async function eventFieldsOf({ cloud, journey }: LocalRun): Promise<readonly FieldSpec[]> {
  const byName = new Map<string, FieldSpec>();
  for (const { workload } of journey.routes) {
    const pipeline = workload === undefined ? undefined : await pipelineOf(cloud, workload);
    for (const { fields, kind, metadata = [] } of Object.values(pipeline?.spec.inputs ?? {})) {
      if (kind !== "unbounded") continue;
      for (const field of fields) if (!metadata.includes(field.name)) byName.set(field.name, field);
    }
  }
  return [...byName.values()];
}
