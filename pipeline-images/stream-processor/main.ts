import { type Clock, systemClock } from "../../runtime/clock";
import { type Cloud, cloudOf } from "./google/cloud";
import { jsonLog } from "../../runtime/log";
import { runBatch } from "./batch/batch-service";
import { runPull } from "./processor/pull-service";
import { runPush } from "./push/push-service";
import { readSettings } from "./settings";
import { steadyClock } from "./steady-clock";

/** Cloud Run kills what is still there 10 s after SIGTERM. */
const GRACE = 9_000;

const log = jsonLog((line) => process.stdout.write(line));

/** What keeps state goes by a time that does not jump; what looks at tokens by the machine's. */
const unmoved = (): Clock =>
  steadyClock({
    clock: systemClock,
    elapsed: () => performance.now(),
    stepped: (by) =>
      log("WARNING", `this machine's clock was set by ${Math.round(by / 1_000)} s: it is followed a tenth at a time`),
  });

/** Runs until it is drained, stopped, or fails; then the process leaves. */
async function start(): Promise<void> {
  const settings = readSettings(process.env, process.argv.slice(2));
  const cloud = cloudOf(process.env, systemClock);
  const running = await run(settings, cloud);
  const stop = (): void => {
    setTimeout(() => process.exit(1), GRACE);
    void running.stop();
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  const ending = await running.ended;
  log("INFO", ending instanceof Error ? "it leaves because it failed" : `it leaves: ${ending}`);
  // What was said on the way out is written first.
  process.stdout.write("", () => process.exit(ending instanceof Error ? 1 : 0));
}

function run(settings: ReturnType<typeof readSettings>, cloud: Cloud) {
  switch (settings.mode) {
    case "pull":
      return runPull(settings, cloud, unmoved(), log);
    case "push":
      return runPush(settings, cloud, systemClock, log);
    case "batch":
      return runBatch(settings, cloud, systemClock, log);
  }
}

start().catch((error: unknown) => {
  log("ERROR", error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
