/**
 * Whether the tests notice when the constructs are wrong: changes their code in one place, drawn by lot, and runs the
 * tests that should fail then. Each place is one of Stryker's mutants.
 *
 *     npm run test:mutation                            400 of them, of every service in proportion
 *     npm run test:mutation -- --service pubsub --sample 100 --seed 7
 *     npm run test:mutation -- --sample all            every one: about a day
 *
 * Ends with an error where fewer than 80 % are noticed.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { seeded } from "../local/random";
import { type Mutant, mutantsOf } from "./mutation/mutants";
import { Sandbox } from "./mutation/sandbox";

const { values } = parseArgs({
  options: {
    sample: { type: "string", default: "400" },
    seed: { type: "string", default: "1" },
    service: { type: "string", multiple: true },
    workers: { type: "string", default: "2" },
  },
});
const ENOUGH = 0.8;
const root = join(__dirname, "..");
const serviceOf = ({ file }: Mutant): string => file.split("/")[1] ?? file;

async function main(): Promise<void> {
  const mutated = await mutantsOf(root, "constructs");
  const { service: services } = values;
  const candidates = mutated.mutants.filter((one) => services?.includes(serviceOf(one)) ?? true);
  const wanted = values.sample === "all" ? candidates.length : Number(values.sample);
  const sample = shuffled(candidates, Number(values.seed)).slice(0, wanted);
  const sandbox = Sandbox.make(root, mutated);
  // Left behind by Ctrl-C it would be looked through by every tool.
  process.once("SIGINT", () => {
    sandbox.remove();
    process.exit(130);
  });
  try {
    await unmutated(sandbox, sample);
    const unnoticed = await survivors(sandbox, sample);
    report(sample, unnoticed);
  } finally {
    sandbox.remove();
  }
}

/** @throws Error where tests fail although nothing is wrong: every mutant would count as noticed */
async function unmutated(sandbox: Sandbox, sample: readonly Mutant[]): Promise<void> {
  const first = new Map(sample.map((one) => [serviceOf(one), one.file]));
  await each([...first], async ([service, file]) => {
    if (await sandbox.fails(file, undefined)) throw new Error(`the tests of ${service} fail as it is`);
  });
}

async function survivors(sandbox: Sandbox, sample: readonly Mutant[]): Promise<ReadonlySet<Mutant>> {
  const found = new Set<Mutant>();
  let done = 0;
  await each(sample, async (mutant) => {
    if (!(await sandbox.fails(mutant.file, mutant.id))) {
      found.add(mutant);
      process.stdout.write(`${described(mutant)}\n`);
    }
    done += 1;
    if (done % 50 === 0) process.stderr.write(`${done} of ${sample.length}, ${found.size} unnoticed\n`);
  });
  return found;
}

const described = ({ file, line, mutator, original, replacement }: Mutant): string =>
  `${file}:${line} ${mutator}: ${oneLine(original)} -> ${oneLine(replacement)}`;

const oneLine = (text: string): string => text.replace(/\s+/g, " ").slice(0, 100);

function report(sample: readonly Mutant[], unnoticed: ReadonlySet<Mutant>): void {
  const lines = ["", "| service | mutants | noticed | score |", "| --- | --- | --- | --- |"];
  for (const service of [...new Set(sample.map(serviceOf))].toSorted()) {
    const all = sample.filter((one) => serviceOf(one) === service);
    lines.push(row(service, all, unnoticed));
  }
  lines.push(row("all", sample, unnoticed));
  process.stdout.write(`${lines.join("\n")}\n`);
  if (noticed(sample, unnoticed) < ENOUGH * sample.length) process.exitCode = 1;
}

const noticed = (all: readonly Mutant[], unnoticed: ReadonlySet<Mutant>): number =>
  all.filter((one) => !unnoticed.has(one)).length;

const row = (what: string, all: readonly Mutant[], unnoticed: ReadonlySet<Mutant>): string =>
  `| ${what} | ${all.length} | ${noticed(all, unnoticed)} | ${((100 * noticed(all, unnoticed)) / all.length).toFixed(0)} % |`;

/** Some at a time. */
async function each<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const work = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await act(next);
  };
  await Promise.all(Array.from({ length: Number(values.workers) }, work));
}

/** The same for the same seed. */
function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  const random = seeded(seed);
  return items
    .map((item) => ({ item, order: random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

void main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
