import { describe, expect, test } from "vitest";
import { type SummaryProps, summaryOf, summaryText } from "../../../cli/local/summary";
import type { DeadLetter } from "../../../local/console/dead-letters";

const letter = (id: string, pipeline: string, source: string): DeadLetter => ({
  id,
  source,
  pipeline,
  subscription: undefined,
  by: pipeline,
  at: 0,
  reason: "parse: not JSON",
  payload: Buffer.from(""),
  attributes: {},
});

const props: SummaryProps = {
  stack: "gaming-events-dev",
  simulation: { accepted: ["1", "2", "3"], refused: new Map() },
  malformed: 1,
  totals: {
    events: 3,
    backlog: 0,
    oldest: 0,
    watermark: undefined,
    rows: { "table.a": 3, "table.b": 2 },
    deadLetters: 2,
  },
  labels: { "table.a": "data.raw", "table.b": "data.clean" },
  letters: [letter("91", "clean", "3"), letter("92", "activity", "3")],
  unwritten: 0,
  faults: { "kill activity": 3 },
  accounts: [
    {
      subscription: "s",
      table: "data.raw",
      by: "message ids",
      expected: 3,
      reached: 3,
      setAside: 0,
      missing: 0,
      extra: 0,
    },
  ],
  carried: false,
  milliseconds: 4321,
};

describe("the summary", () => {
  test("has what a test in CI looks for", () => {
    expect(summaryOf(props)).toEqual({
      stack: "gaming-events-dev",
      clicks: 3,
      malformed: 1,
      refused: {},
      rows: { "data.raw": 3, "data.clean": 2 },
      deadLetters: {
        total: 2,
        messages: 1,
        byPipeline: { clean: 1, activity: 1 },
        reasons: { "parse: not JSON": 2 },
      },
      unacknowledged: 0,
      faults: { "kill activity": 3 },
      unwritten: 0,
      accounts: props.accounts,
      problems: [],
      seconds: 4.3,
    });
  });

  test("has a problem for each thing that is wrong", () => {
    const [account] = props.accounts;
    const { problems } = summaryOf({
      ...props,
      simulation: { accepted: ["1"], refused: new Map([[503, { count: 2, reason: "come again" }]]) },
      totals: { ...props.totals, backlog: 4 },
      unwritten: 5,
      accounts: account === undefined ? [] : [{ ...account, reached: 2, missing: 1 }],
    });
    expect(problems).toEqual([
      "2 clicks were refused: 503, come again",
      "data.raw lacks 1 of 3 clicks, by message ids: they are neither there nor among the dead letters",
      "4 messages are not acknowledged",
      "5 rows are not written",
    ]);
  });

  test("of a journey that did not get on says why, and not what may only be on its way", () => {
    const accounts = props.accounts.map((account) => ({ ...account, reached: 2, missing: 1 }));
    expect(summaryOf({ ...props, accounts, stuck: "nothing moves any more" }).problems).toEqual([
      "the journey does not get on: nothing moves any more",
    ]);
  });

  test("forgives more than was sent where an earlier run's windows may close in this one", () => {
    const accounts = props.accounts.map((account) => ({ ...account, by: "counts" as const, extra: 2 }));
    expect(summaryOf({ ...props, accounts }).problems).toHaveLength(1);
    expect(summaryOf({ ...props, accounts, carried: true }).problems).toEqual([]);
  });

  test("reads well", () => {
    expect(summaryText(summaryOf(props))).toBe(
      [
        "3 clicks in 4.3 s",
        "  data.raw: 3 of 3 by message ids",
        "  dead letters: 2, of 1 messages",
        "    2  parse: not JSON",
        "  0 unacknowledged, 0 unwritten",
        "  3 times: kill activity",
        "Every click is accounted for.",
      ].join("\n"),
    );
  });
});
