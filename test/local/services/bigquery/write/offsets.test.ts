import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CloudError } from "../../../../../local/errors";
import { openParts, type Parts } from "../../../../../local/services/bigquery/parts";
import type { TableRecord } from "../../../../../local/services/bigquery/store/catalog";
import { fakeHost, type FakeHost } from "../../../support/host";

let host: FakeHost;
let parts: Parts;
let table: TableRecord;
const PARENT = "projects/acme-dev/datasets/journey/tables/clicks";

beforeAll(async () => {
  host = fakeHost();
  parts = await openParts(host);
  await parts.catalog.createDataset("journey", "EU", {});
  const columns = [{ name: "n", type: "INTEGER", mode: "REQUIRED" }] as const;
  table = await parts.tables.create({ dataset: "journey", id: "clicks", columns, settings: {} });
});
afterAll(async () => {
  await parts.database.close();
  await host.close();
});

const numbers = (from: number, count: number) => Array.from({ length: count }, (_, at) => [BigInt(from + at)]);

async function append(
  stream: string,
  offset: number | undefined,
  rows: readonly (readonly bigint[])[],
): Promise<string> {
  const found = parts.streams.find(stream).stream;
  const target = () => parts.catalog.table("journey", "clicks");
  return parts.streams.append(found, offset, { columns: table.columns, rows, target }).then(
    (at) => `at ${at}`,
    (error: unknown) => (error instanceof CloudError ? error.code : String(error)),
  );
}

async function contents(): Promise<readonly number[]> {
  const result = await parts.database.read((connection) =>
    connection.runAndReadAll('SELECT n FROM "journey"."clicks" ORDER BY rowid'),
  );
  return result.getRows().map(([n]) => Number(n));
}

test("whatever is appended where, a stream answers as one growing list does, and the table holds that list", async () => {
  const requests = fc.array(
    fc.record({
      // Around the end, or anywhere, or none.
      offset: fc.option(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(0)), { nil: undefined }),
      count: fc.integer({ min: 1, max: 4 }),
      waits: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(requests, async (list) => {
      await parts.database.write((connection) => connection.run('DELETE FROM "journey"."clicks"'));
      const { name } = await parts.streams.create(PARENT, table, "COMMITTED");
      const model: number[] = [];
      const answers: Promise<void>[] = [];
      for (const { offset, count, waits } of list) {
        const end = model.length;
        const wanted = offset === undefined ? undefined : Math.max(0, end + offset);
        const expected =
          wanted === undefined || wanted === end ? `at ${end}` : wanted < end ? "ALREADY_EXISTS" : "OUT_OF_RANGE";
        const rows = numbers(end, count);
        if (expected.startsWith("at")) model.push(...rows.map(([n]) => Number(n)));
        const answer = append(name, wanted, rows).then((got) => expect(got).toBe(expected));
        answers.push(answer);
        if (waits) await answer;
      }
      await Promise.all(answers);
      expect(await contents()).toEqual(model);
      const { stream } = parts.streams.find(name);
      expect(await parts.streams.finalize(stream)).toBe(model.length);
      expect(await append(name, model.length, numbers(0, 1))).toBe("INVALID_ARGUMENT");
    }),
    { numRuns: 30 },
  );
});

test("of many who append at one offset at once exactly one does, and the others are told it exists only then", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 1, max: 5 }), async (writers, count) => {
      await parts.database.write((connection) => connection.run('DELETE FROM "journey"."clicks"'));
      const { name } = await parts.streams.create(PARENT, table, "COMMITTED");
      const answers = await Promise.all(
        Array.from({ length: writers }, async (_, writer) => {
          const answer = await append(name, 0, numbers(writer * 100, count));
          // Whoever is told so can rely on it: a crash from here on loses nothing.
          if (answer === "ALREADY_EXISTS") expect(await contents()).toHaveLength(count);
          return answer;
        }),
      );
      expect(answers.filter((answer) => answer === "at 0")).toHaveLength(1);
      expect(answers.filter((answer) => answer === "ALREADY_EXISTS")).toHaveLength(writers - 1);
      expect(await contents()).toHaveLength(count);
    }),
    { numRuns: 15 },
  );
});

test("rows after some that could not be written are not written either", async () => {
  await parts.database.write((connection) => connection.run('DELETE FROM "journey"."clicks"'));
  const { name } = await parts.streams.create(PARENT, table, "COMMITTED");
  // The check of rows is passed by here: DuckDB itself refuses a NULL.
  const bad = append(name, 0, [[null as unknown as bigint]]);
  const after = append(name, 1, numbers(1, 2));
  expect(await bad).toMatch(/NOT NULL/);
  expect(await after).toBe("ABORTED");
  expect(await append(name, 0, numbers(0, 3))).toBe("at 0");
  expect(await contents()).toEqual([0, 1, 2]);
});
