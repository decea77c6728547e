/**
 * `npm run bench`: what the work costs, as ratios against what one would use instead, measured in the same run.
 * `npm run bench -- synth processor` runs only these and prints their table. All of them together, or some with
 * `--keep`, are kept: numbers in bench/results.json, the table in bench/RESULTS.md. `npm run bench -- profile fixed`
 * says where the time of a query goes.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { batchBench } from "./batch/batch";
import { rowsOfBatch } from "./batch/rows";
import { decoderBench } from "./decoder";
import { imageBench, rowsOfImage } from "./image";
import { journeysBench } from "./journeys";
import { keep, type Measured } from "./kept";
import { keysBench } from "./keys/keys";
import { rowsOfKeys } from "./keys/rows";
import { pathBench } from "./path/path";
import { rowsOfPath } from "./path/rows";
import { chart } from "./processor/chart";
import { processorBench, type ProcessorResult } from "./processor/processor";
import { profileBench } from "./processor/profile";
import { rowsOf } from "./processor/rows";
import { proxyBench } from "./proxy";
import { pubsubBench } from "./pubsub";
import { synthBench } from "./synth";
import { micros, milliseconds, table, times } from "./table";

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
    return { rows: results.queries.flatMap(rowsOf), results };
  },
  async path() {
    const results = await pathBench();
    return { rows: rowsOfPath(results), results };
  },
  async keys() {
    const results = await keysBench();
    return { rows: rowsOfKeys(results), results };
  },
  async batch() {
    const results = await batchBench();
    if (results.missing !== undefined) process.stderr.write(`${results.missing}\n`);
    return { rows: rowsOfBatch(results), results };
  },
  async image() {
    const results = await imageBench();
    return { rows: rowsOfImage(results), results };
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

async function main(wanted: readonly string[], keeps: boolean): Promise<void> {
  const known = { ...benches, ...parts };
  const unknown = wanted.filter((name) => !(name in known));
  if (unknown.length > 0) {
    throw new Error(`no bench is called ${unknown.join(", ")}: there are ${Object.keys(known).join(", ")} and profile`);
  }
  const measured: { [bench: string]: Measured } = {};
  for (const [name, bench] of Object.entries(wanted.length > 0 ? known : benches)) {
    if (wanted.length === 0 || wanted.includes(name)) measured[name] = await bench();
  }
  process.stdout.write(table(Object.values(measured).flatMap(({ rows }) => rows)));
  if (!keeps && wanted.length > 0) return;
  const machine = `Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()})`;
  keep(measured, Object.keys(benches), machine, __dirname);
  const { processor } = measured;
  if (processor === undefined) return;
  const { queries } = processor.results as ProcessorResult;
  writeFileSync(join(__dirname, "processor.svg"), chart(queries, "Thousand events a second of CPU"));
}

/** Says where the time goes, and measures nothing against anything: it runs when it is asked for. */
async function profile(wanted: readonly string[]): Promise<void> {
  for (const { functions, micros: each, query } of await profileBench(wanted)) {
    const lines = functions.map(({ name, share }) => `| ${name} | ${(share * 100).toFixed(1)} % |\n`);
    process.stdout.write(`\n| ${query}, ${micros(each)} | own time |\n| --- | --- |\n${lines.join("")}`);
  }
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { keep: { type: "boolean" } } });
const [first, ...rest] = positionals;
const done = first === "profile" ? profile(rest) : main(positionals, values.keep ?? false);

void done.catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
