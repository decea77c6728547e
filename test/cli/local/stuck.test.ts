import { describe, expect, test } from "vitest";
import { StuckWatch } from "../../../cli/local/stuck";
import { journeyOf } from "../../../local/console/journey";
import { type Snapshot, totalsOf } from "../../../local/console/snapshot";
import type { Counters } from "../../../local/service";
import type { ProcessorStatus } from "../../../pipeline-images/stream-processor/contract";
import * as fake from "../../local/console/fake-view";

const view = fake.fakeView();
const journey = journeyOf(view.graph);

function at(seconds: number, changes: Partial<Snapshot> = {}): Snapshot {
  const counters = changes.counters ?? {};
  const statuses = changes.statuses ?? {};
  return {
    at: seconds * 1000,
    counters,
    statuses,
    workloads: [],
    denials: [],
    totals: totalsOf(journey, counters, statuses),
    ...changes,
  };
}
const owing = (unacknowledged: number) => ({ [fake.pullSubscription]: { unacknowledged } });

describe("a journey is stuck", () => {
  test("after a minute without progress, and what it owes is said", () => {
    const watch = new StuckWatch(view, journey);
    expect(watch.look(at(0, { counters: owing(7) }))).toBeUndefined();
    expect(watch.look(at(59, { counters: owing(7) }))).toBeUndefined();
    expect(watch.look(at(60, { counters: owing(7) }))).toBe(
      "7 messages of dj_subscription_dataflow are not acknowledged, and nothing moves",
    );
  });

  test("after five seconds where an access was refused: who lacks what on what, and the role that has it", () => {
    const watch = new StuckWatch(view, journey);
    const denials = [
      {
        member: "serviceAccount:data-journey-pipeline@acme-dev.iam.gserviceaccount.com",
        permission: "pubsub.subscriptions.consume",
        resource: "pubsub.googleapis.com/projects/acme-dev/subscriptions/dj_subscription_dataflow",
        roles: ["roles/pubsub.subscriber"],
      },
    ];
    watch.look(at(0, { denials }));
    expect(watch.look(at(4, { denials }))).toBeUndefined();
    expect(watch.look(at(5, { denials }))).toBe(
      "serviceAccount:data-journey-pipeline@acme-dev.iam.gserviceaccount.com lacks pubsub.subscriptions.consume on " +
        "pubsub.googleapis.com/projects/acme-dev/subscriptions/dj_subscription_dataflow; " +
        "roles/pubsub.subscriber would give it. Nothing in the stack grants it.",
    );
  });

  test("and the workload that does not stay, or says why itself, is named before the backlog", () => {
    const lines = [{ severity: "ERROR" as const, source: "user-activity", message: "PIPELINE cannot be read" }];
    const instance = { pid: undefined, restarts: 4, lastExit: "exited with 1", controlUrl: undefined, lines };
    const workloads = [
      {
        address: fake.pool,
        name: "user-activity",
        kind: "worker-pool" as const,
        identity: "",
        folder: "",
        url: undefined,
        instances: [{ ...instance, state: "restarting" as const }],
      },
    ];
    const ailing = new StuckWatch(view, journey);
    ailing.look(at(0, { counters: owing(7), workloads }));
    expect(ailing.look(at(60, { counters: owing(7), workloads }))).toBe(
      "user-activity is restarting (exited with 1): PIPELINE cannot be read",
    );
    const status = { problem: "the table has no column event_count", rows: {}, unwritten: 3 } as ProcessorStatus;
    const speaking = new StuckWatch(view, journey);
    const statuses = { [fake.pool]: status };
    speaking.look(at(0, { statuses }));
    expect(speaking.look(at(60, { statuses }))).toBe("user-activity: the table has no column event_count");
  });
});

test("any acknowledgement, row or dead letter is progress; a delivery that is tried again is not", () => {
  const watch = new StuckWatch(view, journey);
  watch.look(at(0));
  const steps: readonly Counters[] = [
    { [fake.pushSubscription]: { acknowledged: 1 } },
    { [fake.pushSubscription]: { acknowledged: 1 }, [fake.cleanTable]: { rows: 1 } },
    {
      [fake.pushSubscription]: { acknowledged: 1 },
      [fake.cleanTable]: { rows: 1 },
      [fake.deadTopic]: { published: 1 },
    },
  ];
  for (const [index, counters] of steps.entries())
    expect(watch.look(at((index + 1) * 59, { counters }))).toBeUndefined();
  const again: Counters = { ...steps[2], [fake.pullSubscription]: { delivered: 9, expired: 9 } };
  expect(watch.look(at(59 * 3 + 60, { counters: again }))).toBeDefined();
});
