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
    if (readers.length === 0) {
      // Who is told to read it and may not is refused when it tries: that says more than an end here.
      return isNamed(labelOf(subscription), resources)
        ? []
        : [`${labelOf(subscription)} is read by nobody in the stack`];
    }
    return readers.flatMap(({ to }) => {
      const why = resources.find(({ address }) => address === to)?.notHere;
      return why === undefined ? [] : [`${labelOf(subscription)} is read by ${labelOf(to)}: ${why}`];
    });
  });
}

/** Whether a workload's configuration has a subscription's name. */
function isNamed(subscription: string, resources: CloudView["resources"]): boolean {
  const name = new RegExp(`["/]${subscription.replaceAll(/[.+]/g, "\\$&")}"`);
  return resources.some(
    ({ type, attributes }) => type.startsWith("google_cloud_run_v2_") && name.test(JSON.stringify(attributes)),
  );
}
