import { FactKind, type JourneyRule, type Told } from "../core/facts";
import { overlap, spanOf } from "./range";

interface Range {
  /** projects/P/global/networks/N */
  readonly network: string;
  readonly range: string;
  /** "subnet us": what has the addresses. */
  readonly of: string;
}

/** Addresses that something in a network has, and nothing else may have. */
export const ranges = new FactKind<Range>(() => [overlapping]);

const overlapping: JourneyRule = {
  id: "range-overlap",
  level: "error",
  page: "https://cloud.google.com/vpc/docs/subnets#ipv4-ranges",
  broken(facts) {
    const sorted = facts
      .all(ranges)
      .flatMap((told) => {
        const span = spanOf(told.range);
        return span === undefined ? [] : [{ ...span, told }];
      })
      .toSorted((a, b) => a.told.network.localeCompare(b.told.network) || a.first - b.first);
    // Of those before it in its network, the one that reaches farthest is the one to run into.
    let farthest: (typeof sorted)[number] | undefined;
    return sorted.flatMap((next) => {
      const before = farthest?.told.network === next.told.network ? farthest : undefined;
      if (before === undefined || next.last > before.last) farthest = next;
      if (before === undefined || !overlap(before, next) || sameTwice(before.told, next.told)) return [];
      return [finding(before.told, next.told)];
    });
  },
};

/** Two stages of one project that forgot their prefix: it is their names that clash. */
const sameTwice = (one: Range, other: Range): boolean => one.of === other.of && one.range === other.range;

const finding = (before: Told<Range>, { at, of, range, network }: Told<Range>) => ({
  at,
  says: `${of} has ${range}, which overlaps ${before.range} of ${before.of}: in ${network} an address is one thing's`,
});

/** A workload, and where its way into a network begins. */
export const egresses = new FactKind<{ readonly region: string; readonly from: string }>(() => [egressElsewhere]);

const egressElsewhere: JourneyRule = {
  id: "egress-region",
  level: "error",
  page: "https://cloud.google.com/run/docs/configuring/connecting-vpc",
  broken: (facts) =>
    facts
      .all(egresses)
      .filter(({ region, from }) => region !== from)
      .map(({ at, region, from }) => ({
        at,
        says: `it is in ${from} and its way into the network in ${region}: give it a subnet or a connector of ${from}`,
      })),
};
