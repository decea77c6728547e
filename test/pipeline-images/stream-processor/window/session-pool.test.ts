import { describe, expect, test } from "vitest";
import { StateChanges } from "../../../../pipeline-images/stream-processor/checkpoint/state-changes";
import type { Pane } from "../../../../pipeline-images/stream-processor/window/groups";
import { SessionGroups } from "../../../../pipeline-images/stream-processor/window/sessions";
import { triggerOf } from "../../../../pipeline-images/stream-processor/window/triggers/of-spec";

const GAP = 10;

/** Sessions of rows that are kept as they are, which tell how many lists of them were made. */
function sessionsThatCount() {
  const made: unknown[][] = [];
  const panes: string[] = [];
  const groups = new SessionGroups<string>({
    gap: GAP,
    trigger: triggerOf({ type: "afterWatermark" }),
    allowedLateness: 0,
    mode: "discarding",
    accumulation: {
      empty() {
        const list: unknown[] = [];
        made.push(list);
        return list;
      },
      clear: (held) => void held.splice(0),
      add: (held, row) => void held.push(row),
      merge: (one, other) => [...one, ...other],
      write: (writer, held) => void writer.string(held.join(" ")),
      read: (reader) => reader.string().split(" "),
    },
    fire: ({ key, accumulators, index, timing }: Pane) =>
      void panes.push(`${key}: ${accumulators.join(" ")} (${index} ${timing})`),
  });
  const refuse = (): void => void panes.push("dropped");
  const take = (key: string, row: string, time: number): void => groups.add(key, row, time, 0, refuse);
  return { groups, panes, made, take };
}

describe("sessions that are over", () => {
  test("are used again, and nothing of the one is in the other", () => {
    const { groups, panes, made, take } = sessionsThatCount();
    for (let i = 0; i < 100; i += 1) {
      take(`user ${i}`, `row ${i}`, i * 100);
      groups.endBatch(0);
      groups.advanceWatermark(i * 100 + 50, 0);
    }
    expect(panes).toEqual(Array.from({ length: 100 }, (_, i) => `user ${i}: row ${i} (0 ON_TIME)`));
    expect(groups.size).toBe(0);
    expect(groups.changes).toBe(false);
    expect(made.length).toBe(1);
  });

  test("are used again once their end is recorded, where their beginning was", () => {
    const { groups, panes, made, take } = sessionsThatCount();
    const changes = new StateChanges();
    for (let i = 0; i < 100; i += 1) {
      take("a", `row ${i}`, i * 100);
      groups.writeChanges(changes);
      groups.advanceWatermark(i * 100 + 50, 0);
      expect(groups.changes).toBe(true);
      groups.writeChanges(changes);
      expect(groups.changes).toBe(false);
    }
    expect(panes).toEqual(Array.from({ length: 100 }, (_, i) => `a: row ${i} (0 ON_TIME)`));
    expect(made.length).toBe(1);
  });

  test("are given up where there are many more than are open", () => {
    const { groups, made, take } = sessionsThatCount();
    for (let i = 0; i < 5_000; i += 1) take(`user ${i}`, "row", i % 7);
    groups.advanceWatermark(100, 0);
    expect(groups.size).toBe(0);
    expect(made.length).toBe(5_000);
    for (let i = 0; i < 5_000; i += 1) take(`user ${i}`, "row", 100);
    expect(made.length).toBe(10_000 - 1_024);
  });

  test("but not one that became part of another and may still be rung for", () => {
    const { groups, panes, take } = sessionsThatCount();
    take("a", "1", 0);
    take("a", "2", 15);
    take("a", "between", 7);
    for (let i = 0; i < 20; i += 1) take(`b${i}`, String(i), 12);
    groups.advanceWatermark(22, 0);
    expect(panes.toSorted()).toEqual(Array.from({ length: 20 }, (_, i) => `b${i}: ${i} (0 ON_TIME)`).toSorted());
    groups.advanceWatermark(25, 0);
    expect(panes.at(-1)).toBe("a: 1 2 between (0 ON_TIME)");
  });
});
