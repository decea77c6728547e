import { describe, expect, test } from "vitest";
import { display, plainLine, Screen } from "../../../cli/local/progress";

const state = {
  elapsed: 65_000,
  now: Date.UTC(2024, 4, 6, 12, 1, 5),
  rate: 20,
  labels: { "table.a": "data_journey.pubsub_direct", "table.b": "data_journey.dataflow" },
  totals: {
    events: 1234,
    backlog: 12,
    oldest: 3,
    watermark: Date.UTC(2024, 4, 6, 12, 0, 31),
    rows: { "table.a": 1230, "table.b": 40 },
    deadLetters: 2,
  },
};

test("a line for a file says all of it", () => {
  expect(plainLine(state)).toBe(
    " 1m 5s  clicks in 1,234 (20/s)  backlog 12  watermark 12:00:31 (34s behind)  " +
      "rows out pubsub_direct 1,230, dataflow 40  dead letters 2",
  );
});

test("before the first row and event time it says so", () => {
  const first = { ...state, totals: { ...state.totals, watermark: undefined, rows: {} } };
  expect(plainLine(first)).toContain("watermark –  rows out none");
});

describe("on a terminal", () => {
  const styles = new RegExp(`${String.fromCodePoint(27)}\\[\\d+m`, "g");

  test("no line is longer than the terminal is wide, so that none wraps", () => {
    for (const columns of [20, 40, 200]) {
      for (const line of display(state, columns))
        expect(line.replaceAll(styles, "").length).toBeLessThanOrEqual(columns);
    }
  });

  test("the display is drawn in place, and a line that stays goes above it", () => {
    const written: string[] = [];
    const screen = new Screen((text) => written.push(text));
    screen.draw(["a", "b"]);
    screen.draw(["c", "d"]);
    screen.say("stays");
    screen.draw(["e"]);
    const up = `${String.fromCodePoint(27)}[2A${String.fromCodePoint(27)}[0J`;
    expect(written).toEqual(["a\nb\n", `${up}c\nd\n`, `${up}stays\n`, "e\n"]);
  });
});
