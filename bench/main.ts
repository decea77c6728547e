/**
 * `npm run bench`: what the work costs, as ratios against what one would use instead, measured in the same run.
 * `npm run bench -- synth engine` runs only these; the table goes to bench/RESULTS.md when all of them run.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { decoderBench } from "./decoder";
import { engineBench } from "./engine";
import { journeysBench } from "./journeys";
import { profileBench } from "./processor/profile";
import { proxyBench } from "./proxy";
import { pubsubBench } from "./pubsub";
import { synthBench } from "./synth";

interface Row {
  readonly what: string;
  readonly ours: string;
  readonly against: string;
  readonly ratio: string;
}

const benches: { readonly [name: string]: () => readonly Row[] | Promise<readonly Row[]> } = {
  synth() {
    const { constructs, raw, ratio, resources } = synthBench();
    return [
      {
        what: `synthesis of ${resources} resources, \`tsx main.ts\` as a whole`,
        ours: milliseconds(constructs),
        against: `the same resources straight in cdktf, ${milliseconds(raw)}`,
        ratio: `${ratio.toFixed(2)} of its time`,
      },
    ];
  },
  journeys() {
    const { constructs, growth, journeys, ratio, raw, resources } = journeysBench();
    const cost = ({ seconds, megabytes }: typeof raw): string => `${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB`;
    const words = ({ seconds, megabytes }: typeof ratio): string => `${seconds.toFixed(2)} and ${megabytes.toFixed(2)}`;
    const what = `synthesis of ${journeys} journeys in one app, ${resources} resources`;
    return [
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
  },
  decoder() {
    const { bytesPerEvent, microseconds, ratio } = decoderBench();
    const against = `JSON.parse, ${micros(microseconds.jsonParse)}`;
    return [
      {
        what: `an event of ${bytesPerEvent} bytes to a checked row, every field`,
        ours: micros(microseconds.everyField),
        against,
        ratio: times(ratio.everyField),
      },
      { what: "three of its fields", ours: micros(microseconds.threeFields), against, ratio: times(ratio.threeFields) },
    ];
  },
  engine() {
    const { checkpointed, fixed, map } = engineBench();
    return [
      {
        what: "map: keep purchases, four fields",
        ours: micros(map.microseconds.engine),
        against: `JSON.parse and a loop, ${micros(map.microseconds.naive)}`,
        ratio: times(map.ratio),
      },
      {
        what: "fixed: count and sum for each user and minute",
        ours: micros(fixed.microseconds.engine),
        against: `JSON.parse and a Map, ${micros(fixed.microseconds.naive)}`,
        ratio: times(fixed.ratio),
      },
      {
        what: "fixed, a checkpoint's state every second",
        ours: micros(checkpointed.microseconds),
        against: "fixed without",
        ratio: `${checkpointed.ratio.toFixed(2)} of its time`,
      },
    ];
  },
  async pubsub() {
    const { messagesPerSecond, serverMicros } = await pubsubBench();
    return [
      {
        what: "local Pub/Sub: a message published, kept, delivered to three subscriptions, acknowledged",
        ours: `${Math.round(messagesPerSecond / 1000)},000/s`,
        against: "-",
        ratio: `${micros(serverMicros)} of the server's CPU`,
      },
    ];
  },
  async proxy() {
    const { echo, proxy } = await proxyBench();
    return [
      {
        what: "ingest proxy: a request published and confirmed",
        ours: micros(proxy.micros),
        against: `a bare node:http echo, ${micros(echo.micros)}`,
        ratio: `${(proxy.micros / echo.micros).toFixed(2)} of its CPU`,
      },
    ];
  },
};

const micros = (value: number): string => `${value.toFixed(2)} µs`;
const milliseconds = (value: number): string => `${Math.round(value)} ms`;
const times = (ratio: number): string => `${ratio.toFixed(1)} times as fast`;

async function main(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.filter((name) => !(name in benches));
  if (unknown.length > 0) {
    throw new Error(`no bench is called ${unknown.join(", ")}: there are ${Object.keys(benches).join(", ")}`);
  }
  const lines = ["| what | ours | against | ratio |", "| --- | --- | --- | --- |"];
  for (const [name, bench] of Object.entries(benches)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const { against, ours, ratio, what } of await bench())
      lines.push(`| ${what} | ${ours} | ${against} | ${ratio} |`);
  }
  const table = `${lines.join("\n")}\n`;
  process.stdout.write(table);
  if (wanted.length > 0) return;
  const machine = `Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()}). Compare the ratios only.`;
  writeFileSync(join(__dirname, "RESULTS.md"), `# Measured by \`npm run bench\`\n\n${machine}\n\n${table}`);
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
