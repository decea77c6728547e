/** What a run holds goes to disk when memory is short, and the rows are the same. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  bounded,
  collect,
  count,
  fixed,
  integer,
  pipeline,
  schema,
  sessions,
  string,
  timestamp,
} from "../../../../pipeline";
import { mapValues } from "../../../../pipeline/objects";
import type { AnyRow } from "../../../../pipeline/schema/row";
import type { PipelineSpec } from "../../../../pipeline/spec";
import { runBounded } from "../../../../pipeline-images/stream-processor/batch/bounded-run";
import { type BoundedSource, rowsSource } from "../../../../pipeline-images/stream-processor/batch/bounded-source";
import type { Budget } from "../../../../pipeline-images/stream-processor/batch/spill/budget";
import type { SpillOptions } from "../../../../pipeline-images/stream-processor/batch/spill/spill";
import { SpillFolder } from "../../../../pipeline-images/stream-processor/batch/spill/spill-folder";
import { unsupported } from "../../../../pipeline-images/stream-processor/unsupported";
import { comparable } from "../reference/compare";
import { moves, scriptOf } from "../reference/random-script";
import { drawnSpecs, specOf } from "../reference/random-spec";
import { ERRORS } from "../reference/script";

const started = Date.parse("2024-01-31T13:00:00Z");

let within: string;
beforeAll(() => {
  within = mkdtempSync(join(tmpdir(), "spill-test-"));
});
afterAll(() => rmSync(within, { recursive: true }));

type Inputs = { readonly [input: string]: readonly BoundedSource[] };

interface Ran {
  readonly rows: { readonly [output: string]: readonly AnyRow[] };
  readonly said: readonly string[];
}

async function run(
  spec: PipelineSpec,
  inputs: Inputs,
  spill?: Omit<SpillOptions, "within" | "say"> & { readonly within?: string },
  sides?: ReadonlyMap<string, readonly AnyRow[]>,
): Promise<Ran> {
  const rows: { [output: string]: AnyRow[] } = {};
  const said: string[] = [];
  const taker = (name: string) => (row: AnyRow) => void (rows[name] ??= []).push({ ...row });
  await runBounded({
    spec,
    inputs,
    started,
    output: taker,
    errors: taker(ERRORS),
    ...(sides && { sides }),
    ...(spill && { spill: { within, ...spill, say: (message) => said.push(message) } }),
  });
  return { rows, said };
}

/** Rows as a table gives them, some at a time. */
function source(rows: readonly unknown[], page: number): BoundedSource {
  const lines = rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row)));
  return rowsSource("events", async function* pages() {
    for (let from = 0; from < lines.length; from += page) yield lines.slice(from, from + page);
    await Promise.resolve();
  });
}

const always: Budget = { passed: () => true };
const budgetBy = (answers: readonly boolean[]): Budget => {
  let asked = 0;
  return { passed: () => answers[(asked += 1) % answers.length] === true };
};

describe("with memory that is short", () => {
  test("whenever that is, whatever the pipeline and the rows are: the rows that come out are the same", async () => {
    let spilled = 0;
    await fc.assert(
      fc.asyncProperty(
        drawnSpecs,
        moves,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
        fc.constantFrom(0, 300, 1 << 20),
        async (drawn, drawnMoves, answers, foldAfter) => {
          const spec = endingOf(specOf(drawn));
          fc.pre(unsupported(spec) === undefined);
          const names = Object.keys(spec.inputs).filter((name) => name !== "side");
          const script = scriptOf(drawnMoves, { inputs: names, side: undefined, counted: drawn.counted });
          const inputs = Object.fromEntries(
            names.map((name) => {
              const batches = script.flatMap((one) => (one.kind === "batch" && one.input === name ? [one] : []));
              const rows = batches.flatMap(({ messages }) => messages.map(({ data }) => data));
              return [name, [source(rows, 4)]] as const;
            }),
          );
          const sides = new Map(spec.inputs["side"] ? [["side", [{ key: "x", found: 1 }]]] : []);
          const whole = await run(spec, inputs, undefined, sides);
          const parted = await run(spec, inputs, { budget: budgetBy(answers), foldAfter }, sides);
          expect(comparable(spec, [parted.rows])).toEqual(comparable(spec, [whole.rows]));
          spilled += Number(parted.said.length > 0);
        },
      ),
      { numRuns: 600 },
    );
    expect(spilled).toBeGreaterThan(150);
    expect(readdirSync(within)).toEqual([]);
  }, 240_000);
});

/** All of its streams end. */
const endingOf = (spec: PipelineSpec): PipelineSpec => ({
  ...spec,
  inputs: mapValues(spec.inputs, (input) => (input.kind === "unbounded" ? { ...input, kind: "bounded" } : input)),
});

const Click = schema("click", { user: string(), page: string(), at: timestamp(), n: integer() });

/** So many clicks of so many users, each after some of the others. */
function clicks(many: number, users: number) {
  return Array.from({ length: many }, (_, n) => ({
    user: `u${(n * 7919) % users}`,
    page: `p${n % 5}`,
    at: new Date(started + ((n * 31) % 3_600) * 1_000).toISOString(),
    n,
  }));
}

const sorted = ({ rows }: Ran) => mapValues(rows, (some) => some.map((row) => JSON.stringify(row)).toSorted());

describe("what a step holds", () => {
  const visits = pipeline("visits", { clicks: bounded(Click) }, ({ clicks: all }) => ({
    visits: all
      .eventTime("at")
      .window(sessions({ gap: "10s" }))
      .groupBy("user")
      .aggregate({ n: collect("n") }),
    users: all.eventTime("at").window(fixed("1h")).groupBy("user").aggregate({ n: count() }),
  })).toJSON();
  const inputs: Inputs = { clicks: [source(clicks(3_000, 500), 100)] };

  test("comes back from disk in parts, as often divided as memory asks for", async () => {
    const whole = sorted(await run(visits, inputs));
    expect(whole["users"]).toHaveLength(500);
    const parted = await run(visits, inputs, { budget: always, foldAfter: 10_000 });
    expect(sorted(parted)).toEqual(whole);
    expect(parted.said[0]).toMatch(
      /^memory is short: what \S+ holds, \d+ keys, and what comes to it goes to .*spill-test-\w+$/,
    );
  });

  test("stays in memory where there is enough of it, and nothing is written", async () => {
    const nowhere = { within: join(within, "nowhere"), budget: { passed: () => false } };
    expect((await run(visits, inputs, nowhere)).said).toEqual([]);
    await expect(run(visits, inputs, { ...nowhere, budget: always })).rejects.toThrow("nowhere: 0 MiB are put aside");
  });

  test("is removed where the run fails", async () => {
    const broken: BoundedSource = {
      name: "broken",
      async *read(fields, bytes) {
        yield* source(clicks(300, 100), 100).read(fields, bytes);
        throw new Error("the file ends too early");
      },
    };
    const running = run(visits, { clicks: [broken] }, { budget: always });
    await expect(running).rejects.toThrow("the file ends too early");
    expect(readdirSync(within)).toEqual([]);
  });
});

describe("a folder for what is put aside", () => {
  test("that is full is told in one sentence", () => {
    const full = new SpillFolder(within, () => {
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    });
    expect(() => full.add(full.name(), Buffer.from("x"))).toThrow(
      `${within}: 0 MiB are put aside there, and no more can be, for it is full: give the job more memory, or a SPILL with more room`,
    );
    full.close();
    expect(readdirSync(within)).toEqual([]);
  });

  test("gives blocks as they came, one at a time, and room again for what is removed", () => {
    mkdirSync(join(within, "a"));
    const folder = new SpillFolder(join(within, "a"));
    const name = folder.name();
    folder.add(name, Buffer.from("one"));
    folder.add(name, Buffer.alloc(0));
    folder.add(name, Buffer.from("three"));
    expect([...folder.blocks(name, 1)].map(String)).toEqual(["one", "", "three"]);
    folder.remove(name, 1);
    expect(() => [...folder.blocks(name, 1)]).toThrow("ENOENT");
    folder.close();
    expect(readdirSync(join(within, "a"))).toEqual([]);
    rmSync(join(within, "a"), { recursive: true });
  });
});
