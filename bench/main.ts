/**
 * `npm run bench`: what the work costs, as ratios against what one would use instead, measured in the same run.
 * `npm run bench -- synth processor` runs only these; the table goes to bench/RESULTS.md, and what it is made of to
 * bench/results.json, when all of them run. `npm run bench -- profile fixed` says where the time of a query goes.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { decoderBench } from "./decoder";
import { journeysBench } from "./journeys";
import { chart } from "./processor/chart";
import { processorBench } from "./processor/processor";
import { profileBench } from "./processor/profile";
import { rowsOf } from "./processor/rows";
import { proxyBench } from "./proxy";
import { pubsubBench } from "./pubsub";
import { synthBench } from "./synth";
import { micros, milliseconds, type Row, table, times } from "./table";

/** Rows of the table, and what they are made of. */
interface Measured {
  readonly rows: readonly Row[];
  readonly results: object;
}

const benches: { readonly [name: string]: () => Promise<Measured> } = {
  async synth() {
    const results = synthBench();
    const { constructs, raw, ratio, resources } = results;
    const rows = [
      {
        what: `synthesis of ${resources} resources, \`tsx main.ts\` as a whole`,
        ours: milliseconds(constructs),
        against: `the same resources straight in cdktf, ${milliseconds(raw)}`,
        ratio: `${ratio.toFixed(2)} of its time`,
      },
    ];
    return { rows, results };
  },
  async journeys() {
    const results = journeysBench();
    const { constructs, growth, journeys, ratio, raw, resources } = results;
    const cost = ({ seconds, megabytes }: typeof raw): string => `${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB`;
    const words = ({ seconds, megabytes }: typeof ratio): string => `${seconds.toFixed(2)} and ${megabytes.toFixed(2)}`;
    const what = `synthesis of ${journeys} journeys in one app, ${resources} resources`;
    const rows = [
      {
        what,
        ours: cost(constructs),
        against: `the same resources straight in cdktf, ${cost(raw)}`,
        ratio: `${words(ratio)} of its time and memory`,
      },
      {
        what: "what the last quarters of them cost, each",
        ours: "-",
        against: "the first quarter",
        ratio: `${words(growth)} of its time and memory`,
      },
    ];
    return { rows, results };
  },
  async decoder() {
    const results = decoderBench();
    const { bytesPerEvent, microseconds, ratio } = results;
    const against = `JSON.parse, ${micros(microseconds.jsonParse)}`;
    const rows = [
      {
        what: `an event of ${bytesPerEvent} bytes to a checked row, every field`,
        ours: micros(microseconds.everyField),
        against,
        ratio: times(ratio.everyField),
      },
      { what: "three of its fields", ours: micros(microseconds.threeFields), against, ratio: times(ratio.threeFields) },
    ];
    return { rows, results };
  },
  async processor() {
    const results = await processorBench();
    if (results.missing !== undefined) process.stderr.write(`${results.missing}\n`);
    writeFileSync(join(__dirname, "processor.svg"), chart(results.queries, "Thousand events a second of CPU"));
    return { rows: results.queries.flatMap(rowsOf), results };
  },
  async pubsub() {
    const results = await pubsubBench();
    const rows = [
      {
        what: "local Pub/Sub: a message published, kept, delivered to three subscriptions, acknowledged",
        ours: `${Math.round(results.messagesPerSecond / 1000)},000/s`,
        against: "-",
        ratio: `${micros(results.serverMicros)} of the server's CPU`,
      },
    ];
    return { rows, results };
  },
  async proxy() {
    const results = await proxyBench();
    const { echo, proxy } = results;
    const rows = [
      {
        what: "ingest proxy: a request published and confirmed",
        ours: micros(proxy.micros),
        against: `a bare node:http echo, ${micros(echo.micros)}`,
        ratio: `${(proxy.micros / echo.micros).toFixed(2)} of its CPU`,
      },
    ];
    return { rows, results };
  },
};

/** Those that run only when they are asked for: parts of others. */
const parts: typeof benches = {
  /** Two of the processor's queries, in half a minute. */
  async engine() {
    const results = await processorBench({ queries: ["map", "fixed"], events: 200_000, bytewaxEvents: 0 });
    return { rows: results.queries.flatMap(rowsOf), results };
  },
};

async function main(wanted: readonly string[]): Promise<void> {
  const known = { ...benches, ...parts };
  const unknown = wanted.filter((name) => !(name in known));
  if (unknown.length > 0) {
    throw new Error(`no bench is called ${unknown.join(", ")}: there are ${Object.keys(known).join(", ")} and profile`);
  }
  const rows: Row[] = [];
  const results: { [bench: string]: object } = {};
  for (const [name, bench] of Object.entries(wanted.length > 0 ? known : benches)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const measured = await bench();
    rows.push(...measured.rows);
    results[name] = measured.results;
  }
  process.stdout.write(table(rows));
  if (wanted.length > 0) return;
  const machine = `Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()})`;
  const heading = `# Measured by \`npm run bench\`\n\n${machine}. Compare the ratios only.`;
  writeFileSync(
    join(__dirname, "RESULTS.md"),
    `${heading}\n\n![The processor's queries](processor.svg)\n\n${table(rows)}`,
  );
  writeFileSync(join(__dirname, "results.json"), `${JSON.stringify({ machine, ...results }, undefined, 2)}\n`);
}

/** Says where the time goes, and measures nothing against anything: it runs when it is asked for. */
async function profile(wanted: readonly string[]): Promise<void> {
  for (const { functions, micros: each, query } of await profileBench(wanted)) {
    const lines = functions.map(({ name, share }) => `| ${name} | ${(share * 100).toFixed(1)} % |\n`);
    process.stdout.write(`\n| ${query}, ${micros(each)} | own time |\n| --- | --- |\n${lines.join("")}`);
  }
}

const [first, ...rest] = process.argv.slice(2);

void (first === "profile" ? profile(rest) : main(process.argv.slice(2))).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
