/** What the bench of the whole way says, as rows of the table of results. */
import { micros, type Row, times } from "../table";
import type { PathCost, PathMemory, PathResult } from "./path";

/** Bytes of an id that is remembered. */
const ID = 14;
/** Bytes beyond an idle processor's. */
const MEMORY_TARGET = 250e6;

const perSecond = ({ perSecond: messages }: PathCost): string =>
  `${Math.round(messages / 1_000).toLocaleString("en")},000/s`;

const mega = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

const beside = (what: string, ours: PathCost, client: PathCost, who = "a loop on the high-level client"): Row => ({
  what,
  ours: `${micros(ours.micros)} (${Math.round(1_000 / ours.micros)},000/s a core)`,
  against: `${who}, ${micros(client.micros)}`,
  ratio: times(client.micros / ours.micros),
});

export function rowsOfPath(path: PathResult): readonly Row[] {
  const far = (what: string, ours: PathCost): Row => ({
    what: `${what}, at 10 ms round trip`,
    ours: `${perSecond(ours)}, ${micros(ours.micros)}`,
    against: `the same loop, ${perSecond(path["client, far"])}`,
    ratio: times(ours.perSecond / path["client, far"].perSecond),
  });
  const whole = "the whole way of a message: receive, deduplicate, decode, window, record, acknowledge";
  const receive = "receive and acknowledge, with leases";
  const publish = "publish a row to a topic, encoded and confirmed";
  const client = "the high-level client";
  return [
    beside(whole, path.processor, path.client),
    beside(receive, path.receive, path.client),
    beside("the whole way, over TLS", path["processor, TLS"], path["client, TLS"]),
    beside(`${receive}, over TLS`, path["receive, TLS"], path["client, TLS"]),
    far("the whole way", path["processor, far"]),
    far("receive and acknowledge", path["receive, far"]),
    beside(publish, path.publish, path["client, publish"], client),
    beside(`${publish}, over TLS`, path["publish, TLS"], path["client, publish, TLS"], client),
    memoryRow(path.memory),
  ];
}

function memoryRow({ end, idle, messageIds, peak }: PathMemory): Row {
  const beyond = (bytes: number): number => bytes - idle - messageIds * ID;
  return {
    what: `the whole way's memory at 20,000 users, beyond an idle processor's ${mega(idle)} and ${messageIds.toLocaleString("en")} ids`,
    ours: `${mega(beyond(end))}${peak === undefined ? "" : `, ${mega(beyond(peak))} at most`}`,
    against: `its target, ${mega(MEMORY_TARGET)}`,
    ratio: `${(beyond(end) / MEMORY_TARGET).toFixed(2)} of it`,
  };
}
