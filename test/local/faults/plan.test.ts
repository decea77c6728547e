import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readFaults } from "../../../local/faults/plan";
import { messageOf } from "../../constructs/support";

const folder = mkdtempSync(join(tmpdir(), "faults-"));
afterAll(() => rmSync(folder, { recursive: true }));

function written(content: unknown): string {
  const file = join(folder, "faults.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}
const saidOf = (fault: unknown): string =>
  messageOf(() => readFaults(written({ faults: [fault] })))
    .split(": ")
    .slice(1)
    .join(": ");

test("a plan is read with what is left out", () => {
  expect(
    readFaults(
      written({
        seed: 7,
        faults: [
          { service: "pubsub", method: "Acknowledge", share: 0.1, forgotten: true },
          { service: "bigquery", method: "AppendRows", error: "UNAVAILABLE", delay: "2s" },
          { service: "storage", lost: true, share: 0.5 },
          { service: "storage", delay: "100ms" },
          { workload: "activity", every: "20s" },
          { workload: "activity", every: "1m", kill: "SIGTERM" },
        ],
      }),
    ),
  ).toEqual({
    seed: 7,
    faults: [
      { kind: "call", service: "pubsub", method: "Acknowledge", share: 0.1, trouble: { what: "forgotten" }, delay: 0 },
      {
        kind: "call",
        service: "bigquery",
        method: "AppendRows",
        share: 1,
        trouble: { what: "error", code: "UNAVAILABLE" },
        delay: 2_000,
      },
      { kind: "call", service: "storage", method: "", share: 0.5, trouble: { what: "lost" }, delay: 0 },
      { kind: "call", service: "storage", method: "", share: 1, trouble: { what: "slow" }, delay: 100 },
      { kind: "kill", workload: "activity", signal: "SIGKILL", every: 20_000 },
      { kind: "kill", workload: "activity", signal: "SIGTERM", every: 60_000 },
    ],
  });
  expect(readFaults(written({ faults: [] }))).toEqual({ seed: 1, faults: [] });
});

test.each([
  [{ service: "firestore", lost: true }, 'fault 1: service is "firestore": there are bigquery, pubsub, storage'],
  [{ service: "pubsub", method: 1, lost: true }, "fault 1: method is 1: write a part of its name"],
  [{ service: "pubsub", share: 0, lost: true }, "fault 1: share is 0: write a number above 0, 1 at most"],
  [{ service: "pubsub", share: 1.5, lost: true }, "fault 1: share is 1.5: write a number above 0, 1 at most"],
  [{ service: "pubsub" }, "fault 1: nothing happens: give it error, lost, forgotten or delay"],
  [{ service: "pubsub", lost: true, error: "INTERNAL" }, "fault 1: error, lost and forgotten exclude each other"],
  [
    { service: "pubsub", error: "NOT_FOUND" },
    'fault 1: error is "NOT_FOUND": there are UNAVAILABLE, INTERNAL, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED',
  ],
  [
    { service: "pubsub", method: "Publish", forgotten: true },
    "fault 1: only Pub/Sub's Acknowledge and ModifyAckDeadline may be forgotten",
  ],
  [{ service: "pubsub", delay: "soon" }, 'fault 1: delay is "soon": write a duration, as in "2s"'],
  [
    { service: "pubsub", lost: true, colour: 1 },
    'fault 1: nothing is called "colour": there are service, method, share, delay, error, lost, forgotten',
  ],
  [{ workload: 1, every: "2s" }, "fault 1: workload is 1: write its name"],
  [{ workload: "a", every: "2s", kill: "SIGINT" }, 'fault 1: kill is "SIGINT": write SIGKILL or SIGTERM'],
  [{ workload: "a" }, 'fault 1: every is missing: write a duration, as in "2s"'],
  [{ workload: "a", every: "10ms" }, 'fault 1: every is "10ms": 100ms is the least'],
  [{ workload: "a", every: "1s", share: 1 }, 'fault 1: nothing is called "share": there are workload, kill, every'],
])("%j is refused", (fault, says) => {
  expect(saidOf(fault)).toBe(says);
});

test("a file that is no plan is refused", () => {
  expect(messageOf(() => readFaults(join(folder, "none.json")))).toContain("none.json cannot be read: ENOENT");
  expect(messageOf(() => readFaults(written("{")))).toContain("faults.json cannot be read: ");
  expect(messageOf(() => readFaults(written([])))).toContain("faults.json is no object: such as");
  expect(messageOf(() => readFaults(written({ faults: {} })))).toContain('faults.json: "faults" is no list: such as');
  expect(messageOf(() => readFaults(written({ faults: ["x"] })))).toContain("fault 1 is no object");
  expect(messageOf(() => readFaults(written({ seed: 1.5, faults: [] })))).toContain(
    "seed is 1.5: write a whole number",
  );
});
