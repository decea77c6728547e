/**
 * The stream processor's engine beside the loop that one would write by hand, and beside Bytewax: the same events from
 * the same file, each contestant in a process of its own, in turn, by CPU time. Before that, on events of which none
 * is late, their results are held against each other to the row.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inTurn, median } from "../measure";
import { bytewaxPython } from "./bytewax";
import type { Answer } from "./contestant";
import { careful } from "./naive";
import { Asked, compile } from "./process";
import { queries, type Query } from "./queries";
import { differenceOf } from "./result-lines";
import { writeClicks } from "./workload";

/** Later than the disorder that is allowed for. */
const LATE = 0.001;
const CHECKED_EVENTS = 50_000;

export interface ProcessorOptions {
  readonly queries: readonly Query[];
  readonly events: number;
  /** Those that Bytewax is given of them, the first: it is some ten times slower. 0 for no Bytewax. */
  readonly bytewaxEvents: number;
  readonly rounds: number;
}

const PROCESSOR: ProcessorOptions = {
  queries: Object.keys(queries) as Query[],
  events: 1_000_000,
  bytewaxEvents: 200_000,
  rounds: 5,
};

export interface QueryResult {
  readonly query: Query;
  readonly events: number;
  /** Median microseconds of CPU an event, by contestant. */
  readonly micros: {
    readonly naive: number;
    /** A loop that takes more thought, where there is one. */
    readonly careful?: number;
    readonly engine: number;
    /** With the state's changes encoded once in a second's work; for queries that keep state. */
    readonly checkpointed?: number;
    readonly bytewax?: number;
  };
  /** Bytes of a checkpoint. */
  readonly checkpointBytes?: number;
  /** Rows that came out, and rows that were refused as late: by the engine. */
  readonly rows: number;
  readonly late: number;
}

export interface ProcessorResult {
  readonly queries: readonly QueryResult[];
  /** What is left out, in words. */
  readonly missing?: string;
}

/** Runs for some minutes on one core. */
export async function processorBench(options: Partial<ProcessorOptions> = {}): Promise<ProcessorResult> {
  const all = { ...PROCESSOR, ...options };
  const bytewax = all.bytewaxEvents > 0 ? bytewaxPython() : { missing: "Bytewax was not asked for" };
  const folder = mkdtempSync(join(tmpdir(), "journey-bench-"));
  try {
    const place: Place = {
      folder,
      program: await compile(join(__dirname, "contestant.ts"), folder),
      python: "python" in bytewax ? bytewax.python : undefined,
    };
    writeClicks(fileIn(folder, "checked"), { events: CHECKED_EVENTS, late: 0 });
    writeClicks(fileIn(folder, "clicks"), { events: all.events, late: LATE });
    // The first of the same events, and not fewer users an event.
    const share = all.bytewaxEvents / all.events;
    writeClicks(fileIn(folder, "part"), { events: all.events, late: LATE, most: Math.ceil(all.events * share) });
    const results: QueryResult[] = [];
    for (const query of all.queries) {
      await check(query, place);
      results.push(await measure(query, place, all.rounds));
    }
    return { queries: results, ...("missing" in bytewax ? bytewax : {}) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Place {
  readonly folder: string;
  readonly program: string;
  readonly python: string | undefined;
}

const fileIn = (folder: string, name: string): string => join(folder, `${name}.jsonl`);

function begin(contestant: string, query: Query, { folder, program, python }: Place, file: string): Asked {
  const events = fileIn(folder, file);
  if (contestant !== "bytewax") return new Asked(process.execPath, [program, contestant, query, events]);
  return new Asked(python as string, [join(__dirname, "in_bytewax.py"), query, events]);
}

/** Queries that Bytewax has too: there is nothing to compare a function of ours with. */
const inBytewax = (query: Query, { python }: Place): boolean => python !== undefined && query !== "whole";
const keepsState = (query: Query): boolean => query !== "map" && query !== "whole";

const hasCareful = (query: Query): boolean => careful[query] !== undefined;

/** @throws Error where two of them do not give the same rows */
async function check(query: Query, place: Place): Promise<void> {
  const lines: { [contestant: string]: readonly string[] } = {};
  const others = [...(hasCareful(query) ? ["careful"] : []), ...(inBytewax(query, place) ? ["bytewax"] : [])];
  for (const contestant of ["engine", "naive", ...others]) {
    const one = begin(contestant, query, place, "checked");
    const to = join(place.folder, `${query}.${contestant}`);
    await one.ask(`check ${to}`);
    await one.end();
    lines[contestant] = readFileSync(to, "utf8").split("\n");
    const difference = differenceOf(lines["engine"] ?? [], lines[contestant]);
    if (difference !== undefined) throw new Error(`${query}: the engine and ${contestant} disagree: ${difference}`);
  }
}

async function measure(query: Query, place: Place, rounds: number): Promise<QueryResult> {
  const contestants = new Map<string, Asked>();
  const enter = (name: string, file = "clicks"): void => void contestants.set(name, begin(name, query, place, file));
  enter("naive");
  if (hasCareful(query)) enter("careful");
  enter("engine");
  if (keepsState(query)) enter("checkpointed");
  if (inBytewax(query, place)) enter("bytewax", "part");
  try {
    const warm = await contestants.get("engine")?.ask<Answer>("round");
    const perSecond = warm === undefined ? 1 : Math.round((warm.events / warm.micros) * 1e6);
    const asks = Object.fromEntries(
      [...contestants].map(([name, one]) => [name, () => one.ask<Answer>(`round ${perSecond}`)]),
    );
    await inTurn(asks, 1);
    return resultOf(query, await inTurn(asks, rounds));
  } finally {
    for (const one of contestants.values()) await one.end();
  }
}

function resultOf(query: Query, answers: { readonly [contestant: string]: readonly Answer[] }): QueryResult {
  const each = (name: string): number => median((answers[name] ?? []).map(({ micros, events }) => micros / events));
  const { checkpointed: [checkpoint] = [], engine: [engine] = [] } = answers;
  const either = (name: "careful" | "bytewax") => (answers[name] === undefined ? {} : { [name]: each(name) });
  return {
    query,
    events: engine?.events ?? 0,
    micros: {
      naive: each("naive"),
      ...either("careful"),
      engine: each("engine"),
      ...(checkpoint === undefined ? {} : { checkpointed: each("checkpointed") }),
      ...either("bytewax"),
    },
    ...(checkpoint === undefined
      ? {}
      : { checkpointBytes: Math.round(checkpoint.checkpointBytes / checkpoint.checkpoints) }),
    rows: engine?.rows ?? 0,
    late: engine?.refused ?? 0,
  };
}
