import type { FaultPlan } from "../../local/faults/plan";

const call = { kind: "call", delay: 0 } as const;
const down = { what: "error", code: "UNAVAILABLE" } as const;
const lost = { what: "lost" } as const;
const forgotten = { what: "forgotten" } as const;
const slow = { what: "slow" } as const;

/** Sinks that fail, answers that are lost, acknowledgements that are forgotten, so that messages are delivered again. */
export const weather = (seed: number): FaultPlan => ({
  seed,
  faults: [
    { ...call, service: "pubsub", method: "/Acknowledge", share: 0.05, trouble: forgotten },
    { ...call, service: "pubsub", method: "/Acknowledge", share: 0.03, trouble: lost },
    { ...call, service: "pubsub", method: "/ModifyAckDeadline", share: 0.1, trouble: forgotten },
    { ...call, service: "bigquery", method: "/AppendRows", share: 0.04, trouble: down },
    { ...call, service: "bigquery", method: "/AppendRows", share: 0.04, trouble: lost },
    { ...call, service: "bigquery", method: "/AppendRows", share: 0.05, trouble: slow, delay: 3_000 },
    { ...call, service: "bigquery", method: "/CreateWriteStream", share: 0.1, trouble: lost },
    { ...call, service: "storage", method: "POST", share: 0.02, trouble: lost },
    { ...call, service: "storage", method: "POST", share: 0.02, trouble: down },
    { ...call, service: "storage", method: "POST", share: 0.03, trouble: slow, delay: 2_000 },
    { ...call, service: "storage", method: "GET", share: 0.02, trouble: down },
  ],
});
