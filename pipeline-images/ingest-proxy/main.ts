import { systemClock } from "../../runtime/clock";
import { jsonLog } from "../../runtime/log";
import { readOptions } from "./options";
import { startProxy } from "./proxy";

/** Cloud Run kills what is still there 10 s after SIGTERM. */
const GRACE = 9_000;

const log = jsonLog((line) => process.stdout.write(line));

async function start(): Promise<void> {
  const proxy = await startProxy(readOptions(process.env), { clock: systemClock, log, random: Math.random });
  const stop = (): void => {
    proxy.stop(GRACE).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

start().catch((error: unknown) => {
  log("ERROR", error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
