import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Divided,
  isPartitionBinding,
  partitionOf,
  partitionOfRun,
  whyNoPartition,
} from "../../pipeline/partition";

const range = { start: -20, end: 25, interval: 10 };
const run = { yesterday: "2024-01-31", partition: undefined };

test.each<[Divided, unknown, string | undefined]>([
  [{ every: "hour" }, "2024-01-31T23:59:59.999999Z", "2024013123"],
  [{}, "2024-01-31T23:59:59.999999Z", "20240131"],
  [{ every: "day" }, "2024-01-31", "20240131"],
  [{ every: "month" }, "2024-01-31T00:00:00.000000", "202401"],
  [{ every: "year" }, "0001-12-31", "0001"],
  [{}, null, undefined],
  [{}, undefined, undefined],
  [{ range }, -20, "-20"],
  [{ range }, -11, "-20"],
  [{ range }, 24, "20"],
  // As integer({ as: "text" }) has it.
  [{ range }, "7", "0"],
  [{ range }, 25, undefined],
  [{ range }, -21, undefined],
  [{ range }, null, undefined],
])("of %j, a row of %j is in partition %j", (divided, value, id) => {
  expect(partitionOf(divided)(value as string)).toBe(id);
});

test("whatever a row's value, the id of its partition is one of the table's", () => {
  const instants = fc
    .date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
    .map((date) => date.toISOString());
  fc.assert(
    fc.property(fc.constantFrom("hour", "day", "month", "year"), instants, (every, at) => {
      const id = partitionOf({ every })(at) as string;
      expect(whyNoPartition(id, { every })).toBeUndefined();
      // Beside the row there is the whole time that the id says, and none before it.
      expect(at.replaceAll(/\D/g, "").startsWith(id)).toBe(true);
    }),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: -30, max: 30 }),
      fc.integer({ min: 1, max: 20 }),
      fc.nat(40),
      (start, interval, n) => {
        const divided = { range: { start, end: start + 41, interval } };
        const id = partitionOf(divided)(start + n) as string;
        expect(whyNoPartition(id, divided)).toBeUndefined();
        expect(Number(id)).toBeLessThanOrEqual(start + n);
        expect(start + n).toBeLessThan(Number(id) + interval);
      },
    ),
  );
});

test.each<[string, Divided, RegExp]>([
  ["2024", {}, /a partition for each day: it is as 20240131/],
  ["20240230", {}, /as 20240131/],
  ["2024-1-1", {}, /as 20240131/],
  ["2024013124", { every: "hour" }, /as 2024013112/],
  ["202413", { every: "month" }, /as 202401,/],
  ["{yesterday}", { every: "hour" }, /which is a day, and the table has a partition for each hour/],
  ["{yesterday}", { range }, /begin at -20, -10 and so on to below 25/],
  ["{today}", {}, /as 20240131/],
  ["5", { range }, /begin at -20/],
  ["30", { range }, /begin at -20/],
  ["1e1", { range }, /begin at -20/],
])("%j is none of %j", (id, divided, why) => {
  expect(whyNoPartition(id, divided)).toMatch(why);
});

test("a run replaces the partition of the day before it, the one it is told, or always the same", () => {
  expect(partitionOfRun({ id: "{yesterday}" }, run)).toBe("20240131");
  expect(partitionOfRun({ id: "2023", every: "year" }, run)).toBe("2023");
  const told = { ...run, partition: "2024013109" };
  expect(partitionOfRun({ id: "{partition}", every: "hour" }, told)).toBe("2024013109");
  expect(partitionOfRun({ id: "{partition}", column: "n", range }, { ...run, partition: "-10" })).toBe("-10");
});

const says = (partition: string) => () => partitionOfRun({ id: "{partition}" }, { ...run, partition });

test("one that is not told which, or of a partition that there is not, ends before it begins", () => {
  expect(() => partitionOfRun({ id: "{partition}" }, run)).toThrow(
    "it replaces the partition {partition}, and PARTITION does not say which: run it with one",
  );
  expect(says("202401")).toThrow(
    "its partition is 202401, and the table has a partition for each day: it is as 20240131",
  );
  expect(says("{yesterday}")).toThrow("its partition is {yesterday}, which stands for nothing there");
  expect(says("{partition}")).toThrow("its partition is {partition}, which stands for nothing there");
});

test("a binding has an id, and says how the table is divided", () => {
  for (const good of [{ id: "{yesterday}" }, { id: "1", column: "n", range }, { id: "2024", every: "year" }]) {
    expect(isPartitionBinding(good)).toBe(true);
  }
  for (const bad of [
    null,
    "2024",
    {},
    { id: 2024 },
    { id: "1", range },
    { id: "1", column: "n", every: "day", range },
  ]) {
    expect(isPartitionBinding(bad)).toBe(false);
  }
});
