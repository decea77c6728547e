/** What went over each edge so far. */
import type { GraphEdge, JourneyGraph } from "../graph";
import type { Counters } from "../service";
import type { Statuses } from "./statuses";

/** Messages or rows over each edge of the graph, in their order; null where nothing counts them. */
export function flowsOf({ edges }: JourneyGraph, counters: Counters, statuses: Statuses): readonly (number | null)[] {
  return edges.map((edge) => flowOf(edge, edges, counters, statuses) ?? null);
}

function flowOf(
  edge: GraphEdge,
  edges: readonly GraphEdge[],
  counters: Counters,
  statuses: Statuses,
): number | undefined {
  const { from, kind, to } = edge;
  const [before, after] = [counters[from] ?? {}, counters[to] ?? {}];
  // What arrived is told by its only sender's edge; of several senders each must be known by itself.
  const isOnly = edges.filter((one) => one.to === to && one.kind === kind).length === 1;
  switch (kind) {
    case "publish":
      return isOnly ? after["published"] : undefined;
    case "deliver":
      // From a topic to its subscription, or from a subscription to where it delivers.
      if (before["published"] !== undefined) return before["published"] - (after["filtered"] ?? 0);
      return before["acknowledged"];
    case "pull":
      return before["acknowledged"];
    case "write":
      return isOnly ? after["rows"] : undefined;
    case "dead-letter":
      if (before["deadLettered"] !== undefined) return before["deadLettered"];
      return statuses[from] && Object.values(statuses[from].errors).reduce((sum, count) => sum + count, 0);
    case "call":
    case "read":
      return undefined;
  }
}
