/** Who goes the way, or a part of it, and from where. */
import { LEASE, type Place } from "./service-process";

interface Common {
  readonly program: string;
  readonly place: Place;
  /** Messages of a round; of the first one, which is not measured, half of them. */
  readonly messages: number;
}

/** One that messages are sent to. */
interface Receiver extends Common {
  readonly program: "processor" | "receive" | "high-level";
  /** Streams that it opens. */
  readonly streams: number;
  /** Milliseconds from when its streams stand until messages come. */
  readonly wait: number;
}

/** One that publishes messages of its own. */
interface Publisher extends Common {
  readonly program: "publish" | "high-level-publish";
}

export type Contestant = Receiver | Publisher;

export const isReceiver = (contestant: Contestant): contestant is Receiver => "streams" in contestant;

const processor = { program: "processor", streams: 4, messages: 600_000, wait: LEASE + 1_000 } as const;
const receive = { program: "receive", streams: 4, messages: 600_000, wait: 500 } as const;
const client = { program: "high-level", streams: 5, messages: 20_000, wait: 500 } as const;

export const contestants = {
  processor: { ...processor, place: "near" },
  receive: { ...receive, place: "near" },
  client: { ...client, place: "near" },
  "processor, TLS": { ...processor, place: "secure" },
  "receive, TLS": { ...receive, place: "secure" },
  "client, TLS": { ...client, place: "secure" },
  "processor, far": { ...processor, place: "far" },
  "receive, far": { ...receive, place: "far" },
  "client, far": { ...client, place: "far" },
  publish: { program: "publish", place: "near", messages: 200_000 },
  "client, publish": { program: "high-level-publish", place: "near", messages: 60_000 },
  "publish, TLS": { program: "publish", place: "secure", messages: 200_000 },
  "client, publish, TLS": { program: "high-level-publish", place: "secure", messages: 60_000 },
} as const satisfies { readonly [name: string]: Contestant };

export type Name = keyof typeof contestants;
