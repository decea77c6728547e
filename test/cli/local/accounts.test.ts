import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accountOf, type Findings, problemOf } from "../../../cli/local/accounts";

const findings: Findings = {
  subscription: "clicks-raw",
  pipeline: undefined,
  table: "data.raw",
  measure: { by: "message ids", column: "message_id", mayDrop: [] },
  filtered: 0,
  ids: new Set(["1", "2", "3"]),
  counted: 0,
  setAside: new Set(),
  undelivered: 0,
};

describe("by message ids", () => {
  test("every click is in the table or among the dead letters", () => {
    const account = accountOf(["1", "2", "4"], { ...findings, setAside: new Set(["4"]) });
    expect(account).toMatchObject({ expected: 3, reached: 2, setAside: 1, missing: 0, extra: 0 });
    expect(problemOf(account)).toBeUndefined();
  });

  test("one that is in neither is missing, whatever else is there", () => {
    const account = accountOf(["1", "2", "9"], findings);
    expect(problemOf(account)).toBe(
      "data.raw lacks 1 of 3 clicks, by message ids: they are neither there nor among the dead letters",
    );
  });

  test("messages of others and copies change nothing", () => {
    expect(accountOf(["1"], findings)).toMatchObject({ expected: 1, reached: 1, missing: 0, extra: 0 });
  });

  test("what could not be delivered counts by number: Pub/Sub does not say which message it was", () => {
    expect(accountOf(["1", "2", "3", "4"], { ...findings, undelivered: 1 })).toMatchObject({ setAside: 1, missing: 0 });
  });

  test("what a subscription's filter keeps back is not expected", () => {
    expect(accountOf(["1", "2", "3", "4"], { ...findings, filtered: 1 })).toMatchObject({ expected: 3, missing: 0 });
  });

  test("exactly those are missing that are nowhere, for any clicks", () => {
    const ids = fc.uniqueArray(fc.nat({ max: 30 }).map(String));
    fc.assert(
      fc.property(ids, ids, ids, (clicks, there, aside) => {
        const account = accountOf(clicks, { ...findings, ids: new Set(there), setAside: new Set(aside) });
        const lost = clicks.filter((id) => !there.includes(id) && !aside.includes(id)).length;
        expect([account.missing, account.extra]).toEqual([lost, 0]);
        expect(account.reached + account.setAside + account.missing).toBe(clicks.length);
      }),
    );
  });
});

describe("by counts", () => {
  const counts: Findings = {
    ...findings,
    pipeline: "user-activity",
    table: "data.activity",
    measure: { by: "counts", column: "event_count", mayDrop: [] },
  };

  test("the sum and what was set aside are the clicks", () => {
    const account = accountOf(["1", "2", "3"], { ...counts, counted: 2, setAside: new Set(["3"]) });
    expect(problemOf(account)).toBeUndefined();
  });

  test("a click too few and a click too many are each a problem", () => {
    expect(problemOf(accountOf(["1", "2"], { ...counts, counted: 1 }))).toContain("lacks 1 of 2 clicks, by counts");
    expect(problemOf(accountOf(["1", "2"], { ...counts, counted: 3 }))).toBe(
      "data.activity (user-activity) counts 1 clicks more than the 2 that it was given",
    );
  });

  test("where a step may drop rows, too few is no problem and is said; too many is one", () => {
    const filtered: Findings = { ...counts, measure: { by: "counts", column: "n", mayDrop: ["activity/filter"] } };
    const fewer = accountOf(["1", "2"], { ...filtered, counted: 1 });
    expect(fewer).toMatchObject({ missing: 1, mayDrop: ["activity/filter"] });
    expect(problemOf(fewer)).toBeUndefined();
    expect(problemOf(accountOf(["1"], { ...filtered, counted: 2 }))).toContain("1 clicks more");
  });
});

test("without ids and counts the acknowledgement stands for the row, and why is said", () => {
  const why = "the table has no column message_id";
  const account = accountOf(["1", "2"], { ...findings, measure: { by: "acknowledgements", why } });
  expect(account).toMatchObject({ by: "acknowledgements", reached: 2, missing: 0, why });
});
