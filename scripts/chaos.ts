/**
 * Whether the stream processor loses or doubles anything, whatever is killed when: real processes against the local
 * cloud, which fails now and then itself.
 *
 *     npm run chaos                            20 kills
 *     npm run chaos -- --kills 200 --seed 1
 *     npm run chaos -- --json                  the result as JSON
 *     npm run chaos -- --kills 200 --keep      and as a section of bench/CHAOS.md
 *
 * Ends with an error where a table is not what it has to be.
 */
import { parseArgs } from "node:util";
import { leaveNobody } from "./chaos/instance";
import { chaosReport, isWell } from "./chaos/report";
import { keepSection } from "./chaos/results";
import { runChaos } from "./chaos/run";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  },
});

async function main(): Promise<void> {
  leaveNobody();
  const say = (words: string): void => void (values.json || process.stderr.write(`${words}\n`));
  const result = await runChaos({ kills: Number(values.kills), seed: Number(values.seed), say });
  const report = chaosReport(result);
  process.stdout.write(values.json ? `${JSON.stringify(result, undefined, 2)}\n` : report);
  if (values.keep) keepSection("Chaos", report);
  if (!isWell(result)) process.exitCode = 1;
}

void main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
