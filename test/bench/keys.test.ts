import { expect, test } from "vitest";
import { growthOf, medians } from "../../bench/keys/keys";
import { rowsOfKeys } from "../../bench/keys/rows";

const few = {
  keys: 1_000,
  bytesPerKey: 200,
  take: 1,
  full: 2,
  fullBytes: 3,
  changed: 0.1,
  changedBytes: 1,
  restore: 4,
  restoringBytesPerKey: 700,
};

test("each number has its own median", () => {
  expect(medians([few, { ...few, take: 9 }, { ...few, take: 3, full: 1 }])).toEqual({ ...few, take: 3 });
});

test("growth is what a key costs among many, against what it costs among few", () => {
  const most = { ...few, keys: 10_000, bytesPerKey: 220, take: 10, full: 40, changed: 1, restore: 20 };
  const growth = growthOf([few, most]);
  expect(growth).toEqual({ bytesPerKey: 1.1, take: 1, full: 2, changed: 1, restore: 0.5 });
  const restart = { keys: 10_000, restored: 2_000, restoredPeak: 2 ** 28, compactedPeak: 2 ** 28 * 1.5 };
  const rows = rowsOfKeys({ sizes: [few, most], growth, restart });
  expect(rows[2]).toEqual({
    what: "10,000 live keys: a checkpoint of all",
    ours: "40 ms",
    against: "1,000 keys, 2.00 ms",
    ratio: "2.00 of its cost a key",
  });
  expect(rows.at(-2)).toEqual({
    what: "10,000 live keys: from a start until they are restored",
    ours: "256 MiB at most, 2000 ms of CPU",
    against: "a container of 512 MiB",
    ratio: "0.50 of its memory",
  });
  expect(rows.at(-1)?.ratio).toBe("0.75 of its memory");
});
