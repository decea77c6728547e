import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rawApp } from "./raw-app";
import { resourcesIn, type Stack } from "./synth";

const root = join(__dirname, "..");
/** Of each stack: as many as somebody would deploy at once. */
const IN_A_STACK = 10;

export interface JourneysResult {
  readonly journeys: number;
  readonly resources: number;
  readonly constructs: Cost;
  /** The same resources, written straight in cdktf. */
  readonly raw: Cost;
  /** constructs / raw */
  readonly ratio: { readonly seconds: number; readonly megabytes: number };
  /** What a journey of all costs against one of a quarter of them; 1 where the cost grows linearly. */
  readonly growth: { readonly seconds: number; readonly megabytes: number };
}

interface Cost {
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** The most memory it had. */
  readonly megabytes: number;
}

/** What a thousand journeys in one app cost: in time, in memory, and against the same resources without constructs. */
export function journeysBench(journeys = 1_000): JourneysResult {
  // Within the repository, so that the apps find the same packages.
  mkdirSync(join(root, ".journey"), { recursive: true });
  const folder = mkdtempSync(join(root, ".journey", "journeys-"));
  try {
    const ours = (count: number): string => write(folder, `ours-${count}`, oursApp(count));
    const none = run(ours(0), folder);
    const quarter = run(ours(journeys / 4), folder);
    const all = run(ours(journeys), folder);
    const stack = JSON.parse(readFileSync(join(folder, "out/stacks/stack-0/cdk.tf.json"), "utf8")) as Stack;
    const stacks = journeys / IN_A_STACK;
    const raw = run(write(folder, "raw", rawStacks(stacks, stack)), folder);
    return {
      journeys,
      resources: stacks * resourcesIn(stack),
      constructs: all,
      raw,
      ratio: { seconds: all.seconds / raw.seconds, megabytes: all.megabytes / raw.megabytes },
      growth: {
        seconds: (all.seconds - none.seconds) / (quarter.seconds - none.seconds) / 4,
        megabytes: (all.megabytes - none.megabytes) / (quarter.megabytes - none.megabytes) / 4,
      },
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * An app of so many journeys: by HTTP into a topic, as they came into a table, and counted for each user and minute. The
 * stacks are alike, as those of many teams or stages are, so that the raw app has one class for all of them as well.
 */
const oursApp = (journeys: number): string => `
import { App } from "cdktf";
import { DataJourney, Dataset, GcpStack, Runner } from "../../constructs";
import { ClickEvent, userActivity } from "../../stacks/gaming-events/pipeline";

const app = new App();
for (let index = 0; index < ${journeys / IN_A_STACK}; index += 1) {
  const stack = new GcpStack(app, \`stack-\${index}\`, { project: \`acme-\${index}\`, region: "europe-west1" });
  const dataset = new Dataset(stack, "dataset", { name: "clicks" });
  for (let nth = 0; nth < ${IN_A_STACK}; nth += 1) {
    const journey = new DataJourney(stack, \`journey-\${nth}\`, { event: ClickEvent, name: \`clicks-\${nth}\`, dataset });
    journey.ingest({ name: \`ingest-\${nth}\` });
    journey.landRaw({ into: \`raw_\${nth}\` });
    const into = { activity: \`activity_\${nth}\` };
    journey.process(userActivity, { runner: Runner.workerPool(), name: \`activity-\${nth}\`, subscription: \`activity-\${nth}\`, into });
  }
}
app.synth();
`;

/** The same by hand: a stack as a class, and as many of them. */
function rawStacks(stacks: number, stack: Stack): string {
  const app = rawApp({ "stack-0": stack });
  const one = 'new Stack0(app, "stack-0");';
  if (!app.includes(one)) throw new Error(`the raw app does not say ${one}`);
  return app.replace(one, `for (let index = 0; index < ${stacks}; index += 1) new Stack0(app, \`stack-\${index}\`);`);
}

function write(folder: string, name: string, app: string): string {
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, app);
  return file;
}

/** Its own report of the memory it had is the last line of what it writes. */
const REPORT = `process.on("exit", () => process.stdout.write("\\n" + process.resourceUsage().maxRSS));`;

function run(app: string, folder: string): Cost {
  const before = performance.now();
  const report = join(folder, "report.cjs");
  writeFileSync(report, REPORT);
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--require", report, "--import", "tsx", app], {
    cwd: root,
    env: { ...process.env, CDKTF_OUTDIR: join(folder, "out") },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${app} ended with ${status}: ${stderr}`);
  const kibibytes = Number(stdout.trimEnd().split("\n").at(-1));
  return { seconds: (performance.now() - before) / 1_000, megabytes: (kibibytes * 1_024) / 1e6 };
}
