/** A chaos run: three pipelines, each with its own storm, in one cloud with bad weather. */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../local/clock";
import type { Struck } from "../../local/faults/faults";
import { Cloud } from "./cloud";
import * as fast from "./fast-clock";
import { makeJourney, makeShared } from "./journey";
import { pipelines } from "./pipelines";
import { recordingProgram } from "./program";
import { type PipelineChaos, Trial } from "./trial";
import { weather } from "./weather";

/** A lease of ten seconds is over in one. */
const TIMES = 10;

export interface ChaosOptions {
  /** Of all pipelines together. */
  readonly kills: number;
  readonly seed: number;
  /** Is told of what happens. */
  readonly say?: (words: string) => void;
}

export interface ChaosResult {
  readonly seed: number;
  readonly kills: number;
  readonly seconds: number;
  readonly pipelines: readonly PipelineChaos[];
  readonly struck: Struck;
  /** Of the machine, in its last five minutes, with all else it does. */
  readonly load: number;
}

export async function runChaos({ kills, seed, say = () => {} }: ChaosOptions): Promise<ChaosResult> {
  const begun = performance.now();
  const folder = mkdtempSync(join(tmpdir(), "journey-chaos-"));
  const pace = { from: systemClock.now(), times: TIMES };
  const clock = fast.fastClock(pace);
  const cloud = new Cloud({ folder: join(folder, "cloud"), clock, faults: weather(seed) });
  try {
    const program = await recordingProgram(folder);
    await makeShared(cloud);
    const journeys = await Promise.all(pipelines.map((one) => makeJourney(cloud, one)));
    await cloud.pubsub.start();
    const trials = journeys.map((journey, i) => {
      const share = Math.floor(kills / journeys.length) + Number(i < kills % journeys.length);
      return new Trial({ cloud, journey, clock, pace, program, folder, kills: share, seed: seed * 10 + i, say });
    });
    const outcomes = await Promise.allSettled(trials.map((one) => one.storm()));
    cloud.calm();
    const failed = outcomes.find((one) => one.status === "rejected");
    if (failed !== undefined) {
      await Promise.all(trials.map((one) => one.stop()));
      throw failed.reason;
    }
    await Promise.all(trials.map((one) => one.drain()));
    const results: PipelineChaos[] = [];
    // One after the other: the model takes its time, and the cloud of the others would not answer meanwhile.
    for (const one of trials) results.push(await one.judge());
    const load = loadavg()[1] ?? 0;
    const seconds = (performance.now() - begun) / 1_000;
    return { seed, kills, seconds, pipelines: results, struck: cloud.struck, load };
  } finally {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
