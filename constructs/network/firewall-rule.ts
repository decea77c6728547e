import { ComputeFirewall } from "@cdktf/provider-google/lib/compute-firewall";
import { Construct } from "constructs";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { check } from "../core/rules";
import { checked, firewallRules, type FirewallRuleProps, type Peers } from "./firewall-props";
import { protocolsOf } from "./firewall-traffic";

/**
 * What may pass in a network, or may not. What nothing is said of is kept out, and let out.
 *
 *     new FirewallRule(this, "database", {
 *       network, direction: "ingress", allow: ["tcp:5432"], from: { tags: ["api"] }, to: { tags: ["database"] },
 *     });
 *
 * @throws InvalidProps
 * @see https://cloud.google.com/firewall/docs/firewalls
 */
export class FirewallRule extends Construct {
  readonly resource: ComputeFirewall;

  constructor(scope: Construct, id: string, props: FirewallRuleProps) {
    super(scope, id);
    const key = props.name ?? id;
    const name = physicalName(this, key);
    const rule = checked(props, name);
    check(this, rule, firewallRules);
    const { log = false } = props;
    const { peers, targets } = rule;
    const ranges = peers.ranges && [...peers.ranges];
    this.resource = make(this, "resource", ComputeFirewall, key, {
      name,
      network: props.network.network,
      direction: rule.direction.toUpperCase(),
      [rule.action]: protocolsOf(rule.traffic),
      ...(rule.direction === "ingress" ? { sourceRanges: ranges } : { destinationRanges: ranges }),
      sourceTags: peers.tags && [...peers.tags],
      sourceServiceAccounts: emails(peers),
      targetTags: targets.tags && [...targets.tags],
      targetServiceAccounts: emails(targets),
      priority: props.priority,
      disabled: props.enabled === false ? true : undefined,
      logConfig: log === false ? undefined : { metadata: `${log === true ? "INCLUDE" : "EXCLUDE"}_ALL_METADATA` },
      description: props.description,
      ...props.overrides,
    });
  }
}

const emails = ({ accounts }: Peers): string[] | undefined => accounts?.map(({ email }) => email);
