import { ComputeFirewall } from "@cdktf/provider-google/lib/compute-firewall";
import { ComputeNetwork, type ComputeNetworkConfig } from "@cdktf/provider-google/lib/compute-network";
import { ComputeSubnetwork } from "@cdktf/provider-google/lib/compute-subnetwork";
import { Construct } from "constructs";
import { limits } from "../core/limits";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { reference } from "../core/reference";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import {
  directEgress,
  ExistingNetwork,
  type AnyNetwork,
  type EgressOptions,
  type ExistingNetworkProps,
} from "./any-network";
import type { DirectEgress } from "./egress";
import { makeNat, natRules, type NatOptions } from "./nat";
import { subnetConfig, subnetRules, tellRanges, type SubnetOptions } from "./subnet";

export type { AnyNetwork, EgressOptions } from "./any-network";

/**
 * More subnets are {@link Subnet}s, what may pass is said by {@link FirewallRule}s. Routes, peerings, BGP and IPv6 are
 * left to `overrides` and to the provider's own classes on `resource`.
 */
export interface NetworkProps extends SubnetOptions, Overridable<ComputeNetworkConfig> {
  /** @default the construct's id */
  readonly name?: string;
  /** The subnet's addresses. @default "10.10.0.0/20", which is room for 4,092 workers */
  readonly range?: string;
  /**
   * A way out to the internet for machines without public addresses, in the stack's region. It costs by the hour.
   * @default false
   */
  readonly nat?: boolean | NatOptions;
  /** Whether its routers tell of the subnets of all regions, or of their own region's. @default "regional", as Google does */
  readonly routing?: "regional" | "global";
  /** The largest packet, 1300 to 8896 bytes. Above 1500 it fits no internet. @default 1460, as Google does */
  readonly mtu?: number;
  /**
   * Whether there is a route to the internet. Without one nothing gets out, whatever `nat` says, and Google's services
   * are reached by routes of one's own. It can never be changed.
   * @default true
   */
  readonly internetRoute?: boolean;
  /** It can never be changed. @default none */
  readonly description?: string;
}

const RANGE = "10.10.0.0/20";
const { matches, within } = limits("Compute Engine");

const rules: Rules<Omit<NetworkProps, "nat"> & { readonly nat: NatOptions | undefined }> = [
  matches(
    "name",
    // With "-dataflow" or "-<region>" after it, a name has at most 63 characters.
    /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
    "takes 1 to 40 lower-case letters, digits and hyphens, a letter first",
    "https://cloud.google.com/compute/docs/naming-resources",
  ),
  ...subnetRules,
  ...natRules,
  within("mtu", 1300, 8896, "https://cloud.google.com/vpc/docs/mtu"),
  {
    id: "nat-route",
    reads: ["nat", "internetRoute"],
    page: "https://cloud.google.com/nat/docs/nat-product-interactions",
    broken: ({ nat, internetRoute }) =>
      nat !== undefined && internetRoute === false
        ? "internetRoute is false and there is nat, which has nowhere to send: leave one of them away"
        : undefined,
  },
];

/**
 * A network with one subnet in the stack's region, from which Google's services are reached without public addresses,
 * and in which Dataflow's workers may talk to each other.
 * @throws InvalidProps
 * @see https://cloud.google.com/dataflow/docs/guides/specifying-networks
 */
export class Network extends Construct implements AnyNetwork {
  readonly resource: ComputeNetwork;
  readonly network: string;
  readonly subnetwork: string;
  readonly path: string;
  readonly fullName: string;
  /** The addresses of its own by which others see what comes out of it, known at apply. */
  readonly addresses: readonly string[];
  private readonly project: string;
  private readonly range: string;

  constructor(scope: Construct, id: string, props: NetworkProps = {}) {
    super(scope, id);
    const key = props.name ?? id;
    const nat = props.nat === true ? {} : props.nat === false ? undefined : props.nat;
    check(this, { ...props, name: key, nat }, rules);
    const { project, region } = Site.of(this).settings;
    this.project = project;
    this.range = props.range ?? RANGE;
    const name = physicalName(this, key);
    this.fullName = `projects/${project}/global/networks/${name}`;
    this.resource = make(this, "resource", ComputeNetwork, key, {
      name,
      autoCreateSubnetworks: false,
      routingMode: props.routing?.toUpperCase(),
      mtu: props.mtu,
      deleteDefaultRoutesOnCreate: props.internetRoute === false ? true : undefined,
      description: props.description,
      ...props.overrides,
    });
    const subnet = make(this, "subnet", ComputeSubnetwork, key, {
      name: `${name}-${region}`,
      network: this.resource.id,
      region,
      ipCidrRange: this.range,
      ...subnetConfig(props),
    });
    this.allowShuffle(key, name);
    const out = nat && makeNat(this, { key, name, network: this.resource.id, region }, nat);
    this.addresses = (out?.addresses ?? []).map(({ address }) => address);
    this.network = reference(this.resource, "name", this.fullName);
    this.path = reference(this.resource, "id", this.fullName);
    this.subnetwork = `regions/${region}/subnetworks/${reference(subnet, "name", `${name}-${region}`)}`;
    tellRanges(this, this.fullName, `network ${key}`, { ...props, range: this.range });
  }

  /** A network that is there already; of another project where `project` is given (a shared VPC). */
  static fromName(scope: Construct, from: ExistingNetworkProps): AnyNetwork {
    return new ExistingNetwork(scope, from);
  }

  egress(options?: EgressOptions): DirectEgress {
    const { network, range } = this;
    const { region } = Site.of(this).settings;
    return directEgress(
      this,
      { network, range, region, subnetwork: `projects/${this.project}/${this.subnetwork}` },
      options,
    );
  }

  /** Every worker carries the tag "dataflow". */
  private allowShuffle(key: string, name: string): void {
    make(this, "shuffle", ComputeFirewall, `${key}-dataflow`, {
      name: `${name}-dataflow`,
      network: this.resource.id,
      direction: "INGRESS",
      allow: [{ protocol: "tcp", ports: ["12345-12346"] }],
      sourceTags: ["dataflow"],
      targetTags: ["dataflow"],
    });
  }
}
