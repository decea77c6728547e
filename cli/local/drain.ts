/** Brings a journey to its end, as `gcloud dataflow jobs drain` does: all is delivered, all windows close. */
import { paths } from "../../pipeline-images/stream-processor/contract";
import type { Journey } from "../../local/console/journey";
import type { Snapshot } from "../../local/console/snapshot";
import type { Clock } from "../../local/service";
import type { CloudView } from "../../local/view";
import type { Simulation } from "../simulate/simulation";
import { StuckWatch } from "./stuck";

export interface DrainProps {
  readonly view: CloudView;
  readonly journey: Journey;
  /** Ends before the journey does. */
  readonly simulation: Pick<Simulation, "run" | "stop" | "waiting"> | undefined;
  /** Takes the state of this moment. */
  readonly snapshot: () => Promise<Snapshot>;
  readonly clock: Clock;
  /** Ends the waiting, with its reason. */
  readonly signal: AbortSignal;
}

export interface Drained {
  /** Rows that a pipeline has not written. */
  readonly unwritten: number;
  /** Why it did not get on, a sentence; undefined where it came to its end. */
  readonly stuck?: string;
}

/** Milliseconds between two looks. */
const LOOK = 200;

/** Waits for the last click and until every subscription is acknowledged, then ends the pipelines with windows. */
export async function drain(props: DrainProps): Promise<Drained> {
  const { simulation } = props;
  if (simulation !== undefined) {
    const sent = settled(simulation.run());
    // Between two clicks of a slow simulation nothing moves, and nothing is wrong.
    const stuck = await whileMoving(
      props,
      () => sent.done,
      () => simulation.waiting > 0,
    );
    simulation.stop();
    if (stuck !== undefined) return { unwritten: 0, stuck };
  }
  const stuck = await whileMoving(props, ({ totals }) => totals.backlog === 0);
  if (stuck !== undefined) return { unwritten: unwrittenIn(await props.snapshot()), stuck };
  return drainPipelines(props);
}

async function drainPipelines(props: DrainProps): Promise<Drained> {
  const { statuses } = await props.snapshot();
  const processes = props.view
    .workloads()
    .filter(({ address }) => statuses[address]?.mode === "pull")
    .flatMap(({ instances, name }) =>
      instances.flatMap(({ controlUrl }) => (controlUrl === undefined ? [] : [{ name, controlUrl }])),
    );
  const drained = settled(Promise.all(processes.map(({ controlUrl, name }) => drainOne(name, controlUrl))));
  const stuck = await whileMoving(props, () => drained.done);
  if (stuck !== undefined) return { unwritten: unwrittenIn(await props.snapshot()), stuck };
  const problems = drained.value?.filter((problem) => problem !== undefined) ?? [];
  return problems.length === 0 ? { unwritten: 0 } : { unwritten: 0, stuck: problems.join("\n") };
}

/** It answers when all of it is confirmed. @returns why it does not drain */
async function drainOne(name: string, controlUrl: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`${controlUrl}${paths.drain}`, { method: "POST" });
    const text = await answer.text();
    return answer.ok ? undefined : `${name} does not drain: ${answer.status} ${text.trim()}`;
  } catch (error) {
    return `${name} ended while it was drained: ${(error as Error).message}`;
  }
}

/**
 * @param counts whether it is expected to move at this moment
 * @returns why it is stuck, or undefined when it is done
 */
async function whileMoving(
  { clock, journey, signal, snapshot, view }: DrainProps,
  done: (now: Snapshot) => boolean,
  counts: () => boolean = () => true,
): Promise<string | undefined> {
  let watch = new StuckWatch(view, journey);
  for (;;) {
    // One look after the other.
    const now = await snapshot();
    signal.throwIfAborted();
    if (done(now)) return undefined;
    if (!counts()) watch = new StuckWatch(view, journey);
    const why = watch.look(now);
    if (why !== undefined) return why;
    await new Promise<void>((resolve) => clock.after(LOOK, resolve));
  }
}

const unwrittenIn = ({ statuses }: Snapshot): number =>
  Object.values(statuses).reduce((sum, { unwritten }) => sum + unwritten, 0);

/** A promise that can be looked at. */
function settled<T>(promise: Promise<T>): { readonly done: boolean; readonly value: T | undefined } {
  const state: { done: boolean; value: T | undefined } = { done: false, value: undefined };
  void promise
    .then((value) => (state.value = value))
    .finally(() => {
      state.done = true;
    });
  return state;
}
