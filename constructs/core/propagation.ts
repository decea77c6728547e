import type { Construct } from "constructs";
import { seconds } from "../../pipeline/duration";
import { lateList } from "./late";
import { Site } from "./site";
import { Sleep } from "./sleep";
import { addressesWithin, type Waits } from "./waits";

/**
 * What Google checks at creation needs its grants obeyed, not just made: waits for them, then a pause. What needs them
 * only when it runs waits for the grants alone, and retries.
 *
 * @param name the address of the pause; that of what waits
 */
export function settled(scope: Construct, name: string, grants: Waits): Waits {
  const site = Site.of(scope);
  const { propagation } = site.settings;
  if (propagation === "none") return grants;
  const sleep = new Sleep(scope, `settled ${name}`, {
    createDuration: seconds(propagation),
    dependsOn: lateList(() => addressesWithin(site.stack, grants())),
  });
  sleep.overrideLogicalId(site.claim(Sleep.tfResourceType, name, scope));
  return () => [sleep];
}
