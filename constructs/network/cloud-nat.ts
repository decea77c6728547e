import type { ComputeRouter } from "@cdktf/provider-google/lib/compute-router";
import type { ComputeRouterNat, ComputeRouterNatConfig } from "@cdktf/provider-google/lib/compute-router-nat";
import { Construct } from "constructs";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { partName, regionRule, type AnyNetwork } from "./any-network";
import { makeNat, natRules, type NatOptions } from "./nat";

export interface CloudNatProps extends NatOptions, Overridable<ComputeRouterNatConfig> {
  /** @default the construct's id */
  readonly name?: string;
  readonly network: AnyNetwork;
  /** Of whose subnets it is the way out. A network has one in a region. @default the stack's */
  readonly region?: string;
}

const rules: Rules<CloudNatProps & { readonly nat: NatOptions }> = [partName, regionRule, ...natRules];

/**
 * A way out to the internet for machines without public addresses, in one region of a network. It costs by the hour. In
 * the stack's region, a network's own `nat` is the same.
 * @throws InvalidProps
 * @see https://cloud.google.com/nat/docs/overview
 */
export class CloudNat extends Construct {
  readonly resource: ComputeRouterNat;
  readonly router: ComputeRouter;
  /** The addresses of its own by which others see it, known at apply. */
  readonly addresses: readonly string[];

  constructor(scope: Construct, id: string, props: CloudNatProps) {
    super(scope, id);
    const key = props.name ?? id;
    const name = physicalName(this, key);
    check(this, { ...props, name, nat: props }, rules);
    const { network, region = Site.of(this).settings.region } = props;
    const made = makeNat(this, { key, name, network: network.network, region }, props, props.overrides);
    this.resource = made.resource;
    this.router = made.router;
    this.addresses = made.addresses.map(({ address }) => address);
  }
}
