import type { Journey } from "../../local/console/journey";
import type { CloudView } from "../../local/view";

/**
 * Subscriptions of the journey that nobody on this machine reads, with the reason: what they are given stays there, and
 * such a journey has no end.
 */
export function unreadHere({ graph, resources }: CloudView, journey: Journey): readonly string[] {
  const labelOf = (address: string): string => graph.nodes.find(({ id }) => id === address)?.label ?? address;
  return journey.routes.flatMap(({ subscription }) => {
    const readers = graph.edges.filter(({ from, kind }) => from === subscription && kind !== "dead-letter");
    if (readers.length === 0) return [`${labelOf(subscription)} is read by nobody in the stack`];
    return readers.flatMap(({ to }) => {
      const why = resources.find(({ address }) => address === to)?.notHere;
      return why === undefined ? [] : [`${labelOf(subscription)} is read by ${labelOf(to)}: ${why}`];
    });
  });
}
