import { resolve } from "node:path";
import { LocalCloud } from "../../local/cloud";
import { systemClock } from "../../local/clock";
import { startConsole } from "../../local/console/console";
import { journeyOf } from "../../local/console/journey";
import { sourceOf } from "../../local/console/source";
import type { StackDocument } from "../../local/stack/document";
import { type FaultPlan, readFaults } from "../../local/faults/plan";
import { pathOf } from "../../local/services/run/job-messages";
import { findStack } from "../../local/stack/find";
import type { ResourceView } from "../../local/view";
import { findApp, synthesize, synthesizedIn, type Synthesized } from "../app";
import { CommandError } from "../command-error";
import { INTERRUPTED, onInterrupts } from "../interrupts";
import type { Io } from "../io";
import { checkJobs, jobsText, runJobs } from "../local/jobs";
import { type Put, putObjects, readPuts } from "../local/put";
import { Reporter } from "../local/reporter";
import type { LocalOptions, LocalRun } from "../local/run";
import { checkSimulation, simulationOf } from "../local/simulated";
import { summaryText } from "../local/summary";
import { untilDrained } from "../local/until-drained";

/** Runs a stack here until Ctrl-C, until all is drained and accounted for, or until its jobs are done. */
export async function local(wanted: string, options: LocalOptions, io: Io): Promise<number> {
  checkSimulation(options);
  checkJobs(options);
  const puts = readPuts(options.put);
  const faults = options.faults === undefined ? undefined : readFaults(resolve(io.cwd, options.faults));
  const interrupt = new AbortController();
  const released = onInterrupts(io, systemClock, () => interrupt.abort(new CommandError("Interrupted.")));
  const reporter = new Reporter(io, systemClock.now());
  let synthesized: Synthesized | undefined;
  try {
    synthesized = await synthesizedFor(options, io, reporter);
    const stack = findStack(synthesized.out, wanted, synthesized.app.folder);
    return await runStack(stack, { ...options, plan: faults, puts }, io, reporter, interrupt.signal);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    // Without an end of its own, Ctrl-C is how it is meant to end.
    return options.untilDrained || options.run !== undefined ? INTERRUPTED : 0;
  } finally {
    released();
    // Not earlier: what a stack uploads, such as archives of functions, lies there.
    synthesized?.remove();
  }
}

async function synthesizedFor(options: LocalOptions, io: Io, reporter: Reporter): Promise<Synthesized> {
  const app = findApp(io.cwd);
  if (options.synthesized !== undefined) return synthesizedIn(resolve(io.cwd, options.synthesized), app);
  reporter.say(`synthesizes ${app.folder} (${app.command})`);
  return synthesize(app, io);
}

async function runStack(
  stack: StackDocument,
  options: LocalOptions & { readonly plan: FaultPlan | undefined; readonly puts: readonly Put[] },
  io: Io,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<number> {
  reporter.say(`starts ${stack.id}`);
  const cloud = await LocalCloud.start({
    stack,
    folder: options.state,
    faults: options.plan,
    log: (entry) => reporter.log(entry),
    variables: variablesIn(io),
    signal,
  });
  try {
    await putObjects(options.puts, io.cwd, cloud.owner);
    const source = sourceOf(cloud, cloud.parts.pubsub);
    const page = await startConsole({
      source,
      clock: systemClock,
      port: options.port,
      // Who runs a job is told what the job says, and not the figures of streams.
      onSnapshot: (snapshot) => options.run ?? reporter.second(snapshot, cloud),
    });
    try {
      for (const line of whatIsElsewhere(cloud.resources)) reporter.say(line);
      for (const line of whatCanBeRun(cloud)) reporter.say(line);
      reporter.say(`the journey's page: ${page.url}`);
      return await follow({ cloud, source, journey: journeyOf(cloud.graph), options, signal }, io, reporter);
    } finally {
      await page.stop();
      reporter.say("stops");
    }
  } finally {
    await cloud.stop();
  }
}

/** Until its end, or until Ctrl-C, which rejects. */
async function follow(run: LocalRun, io: Io, reporter: Reporter): Promise<number> {
  const { json, run: jobs, untilDrained: ends } = run.options;
  const simulation = await simulationOf(run);
  const interrupted = new Promise<never>((_, reject) => {
    run.signal.addEventListener("abort", () => reject(run.signal.reason as Error), { once: true });
  });
  const tell = <Summary extends { readonly problems: readonly string[] }>(
    summary: Summary,
    text: (summary: Summary) => string,
  ): number => {
    io.out(`${json ? JSON.stringify(summary, undefined, 2) : text(summary)}\n`);
    if (json) for (const problem of summary.problems) io.err(`${problem}\n`);
    return summary.problems.length === 0 ? 0 : 1;
  };
  try {
    if (jobs !== undefined) {
      const running = runJobs(run, (line) => reporter.say(line));
      return tell(await Promise.race([running, interrupted]), jobsText);
    }
    if (!ends) {
      await Promise.all([simulation?.run(), interrupted]);
      return 0;
    }
    return tell(await Promise.race([untilDrained(run, simulation), interrupted]), summaryText);
  } finally {
    simulation?.stop();
  }
}

/** Nothing is left out in silence: each reason once, with what it is the reason of. */
function whatIsElsewhere(resources: readonly ResourceView[]): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const { address, notHere } of resources) {
    if (notHere === undefined) continue;
    const there = byReason.get(notHere);
    if (there === undefined) byReason.set(notHere, [address]);
    else there.push(address);
  }
  return [...byReason].map(([reason, addresses]) => {
    const more = addresses.length > 3 ? ` and ${addresses.length - 3} more` : "";
    return `not on this machine: ${addresses.slice(0, 3).join(", ")}${more}: ${reason}`;
  });
}

/** Nothing runs of a job by itself: how one is run, where there are some. */
function whatCanBeRun({ owner, parts }: LocalCloud): readonly string[] {
  const [first, ...more] = parts.run.jobs;
  if (first === undefined) return [];
  const names = [first, ...more].map(({ name }) => name).join(", ");
  return [`jobs: ${names}: --run <job> runs one, or curl -X POST ${owner.http}/v2/${pathOf(first)}:run`];
}

/** Terraform's own way to set a stack's variables. */
function variablesIn({ environment }: Io): { readonly [name: string]: string | undefined } {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      name.startsWith("TF_VAR_") ? [[name.slice("TF_VAR_".length), value]] : [],
    ),
  );
}
