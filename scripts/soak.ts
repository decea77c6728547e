/**
 * Whether the stream processor goes on as it began: half an hour at 80 % of what it can, its memory and its lag looked at
 * all the while, and its table counted at the end.
 *
 *     npm run soak                              2 minutes
 *     npm run soak -- --minutes 30 --keep       and as a section of bench/CHAOS.md
 *     npm run soak -- --rate 5000               events a second, instead of measuring the limit first
 *     npm run soak -- --json                    all samples, as JSON
 *
 * Ends with an error where something is lost or doubled, or, of ten minutes and more, memory or lag grow.
 */
import { parseArgs } from "node:util";
import { leaveNobody } from "./chaos/instance";
import { keepSection } from "./chaos/results";
import { isWell, soakReport } from "./soak/report";
import { runSoak } from "./soak/run";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "2" },
    rate: { type: "string" },
    json: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  },
});

async function main(): Promise<void> {
  leaveNobody();
  const rate = values.rate === undefined ? {} : { rate: Number(values.rate) };
  const say = (words: string): void => void (values.json || process.stderr.write(`${words}\n`));
  const result = await runSoak({ minutes: Number(values.minutes), ...rate, say });
  const report = soakReport(result);
  process.stdout.write(values.json ? `${JSON.stringify(result, undefined, 2)}\n` : report);
  if (values.keep) keepSection("Soak", report);
  if (!isWell(result)) process.exitCode = 1;
}

void main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
