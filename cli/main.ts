import { processIo } from "./io";
import { nodeProblem } from "./node-version";
import { run } from "./program";

async function main(): Promise<number> {
  const problem = nodeProblem(process.versions.node);
  if (problem === undefined) return run(process.argv.slice(2), processIo());
  process.stderr.write(`${problem}\n`);
  return 2;
}

void main().then((code) => (process.exitCode = code));
