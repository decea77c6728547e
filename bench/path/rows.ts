/** What the bench of the whole way says, as rows of the table of results. */
import { micros, type Row, times } from "../table";
import type { PathCost, PathResult } from "./path";

const perSecond = ({ perSecond: messages }: PathCost): string =>
  `${Math.round(messages / 1_000).toLocaleString("en")},000/s`;

export function rowsOfPath(path: PathResult): readonly Row[] {
  const { client, processor, receive } = path;
  const beside = (what: string, ours: PathCost): Row => ({
    what,
    ours: `${micros(ours.micros)} (${Math.round(1_000 / ours.micros)},000/s a core)`,
    against: `a loop on the high-level client, ${micros(client.micros)}`,
    ratio: times(client.micros / ours.micros),
  });
  const far = (what: string, ours: PathCost): Row => ({
    what: `${what}, at 10 ms round trip`,
    ours: `${perSecond(ours)}, ${micros(ours.micros)}`,
    against: `the same loop, ${perSecond(path["client, far"])}`,
    ratio: times(ours.perSecond / path["client, far"].perSecond),
  });
  return [
    beside("the whole way of a message: receive, deduplicate, decode, window, record, acknowledge", processor),
    beside("receive and acknowledge, with leases", receive),
    far("the whole way", path["processor, far"]),
    far("receive and acknowledge", path["receive, far"]),
  ];
}
