import { ComputeSubnetwork, type ComputeSubnetworkConfig } from "@cdktf/provider-google/lib/compute-subnetwork";
import { ComputeSubnetworkIamMember } from "@cdktf/provider-google/lib/compute-subnetwork-iam-member";
import type { Construct } from "constructs";
import { Grantable, ResourcePolicy, type Grant, type GrantOptions, type Identity, type Policy } from "../core/grants";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { reference } from "../core/reference";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { directEgress, label, partName, regionRule, type AnyNetwork, type EgressOptions } from "./any-network";
import type { DirectEgress } from "./egress";
import { flowLogsRule, logConfig, type FlowLogProps } from "./flow-logs";
import { ranges } from "./journey-rules";
import { addressOutside } from "./range";

export interface SubnetOptions extends FlowLogProps {
  /** More ranges, by name, for what has several addresses, such as a cluster's pods. @default none */
  readonly secondaryRanges?: { readonly [name: string]: string };
  /**
   * Whether machines without public addresses reach Google's services.
   * @default true: Dataflow's workers, which need Pub/Sub, Storage and BigQuery, have none
   * @see https://cloud.google.com/vpc/docs/private-google-access
   */
  readonly privateGoogleAccess?: boolean;
}

/** IPv6, and subnets that load balancers or published services take for themselves, are left to `overrides`. */
export interface SubnetProps extends SubnetOptions, Overridable<ComputeSubnetworkConfig> {
  /** @default the construct's id */
  readonly name?: string;
  readonly network: AnyNetwork;
  /** Its addresses: "10.20.0.0/20". It can grow later; a smaller one is another subnet. */
  readonly range: string;
  /** Workloads can be in it that are in this region. It can never be changed. @default the stack's */
  readonly region?: string;
  /** It can never be changed. @default none */
  readonly description?: string;
}

const rangesPage = "https://cloud.google.com/vpc/docs/subnets#valid-ranges";

/** Of subnets, and of a network's first one. */
export const subnetRules: Rules<SubnetOptions & { readonly range?: string }> = [
  {
    id: "range-form",
    reads: ["range"],
    page: rangesPage,
    broken: ({ range }) => (range === undefined ? undefined : addressOutside(range)),
  },
  {
    id: "secondaryRanges-form",
    reads: ["secondaryRanges"],
    page: rangesPage,
    broken({ secondaryRanges = {} }) {
      for (const [name, range] of Object.entries(secondaryRanges)) {
        if (!label.test(name)) {
          return `secondaryRanges has "${name}": Compute Engine takes 1 to 63 lower-case letters, digits and hyphens, a letter first`;
        }
        const sentence = addressOutside(range, `secondaryRanges.${name}`);
        if (sentence) return sentence;
      }
      return undefined;
    },
  },
  flowLogsRule,
];

const rules: Rules<SubnetProps> = [partName, ...subnetRules, regionRule];

/** The arguments that all subnets have in common. */
export function subnetConfig({ secondaryRanges = {}, privateGoogleAccess = true, flowLogs }: SubnetOptions) {
  const secondary = Object.entries(secondaryRanges);
  return {
    privateIpGoogleAccess: privateGoogleAccess,
    secondaryIpRange:
      secondary.length === 0 ? undefined : secondary.map(([rangeName, ipCidrRange]) => ({ rangeName, ipCidrRange })),
    logConfig: logConfig(flowLogs),
  };
}

/** Tells which addresses a subnet has. */
export function tellRanges(
  owner: Construct,
  network: string,
  of: string,
  { range, secondaryRanges = {} }: SubnetOptions & { readonly range: string },
): void {
  ranges.tell(owner, { network, range, of });
  for (const [name, secondary] of Object.entries(secondaryRanges)) {
    ranges.tell(owner, { network, range: secondary, of: `${of} (${name})` });
  }
}

/**
 * One more subnet of a network, in any region. It stands for the network where workers shall be in it:
 *
 *     new DataJourney(this, "journey", { network: new Subnet(this, "workers", { network, range: "10.20.0.0/20" }) });
 *
 * @throws InvalidProps
 * @see https://cloud.google.com/vpc/docs/subnets
 */
export class Subnet extends Grantable implements AnyNetwork {
  readonly resource: ComputeSubnetwork;
  readonly network: string;
  readonly subnetwork: string;
  readonly path: string;
  readonly fullName: string;
  readonly region: string;
  readonly range: string;
  /** Its name alone. */
  readonly name: string;
  readonly project: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: SubnetProps) {
    super(scope, id);
    const key = props.name ?? id;
    const name = physicalName(this, key);
    check(this, { ...props, name }, rules);
    const { project, region } = Site.of(this).settings;
    this.region = props.region ?? region;
    this.range = props.range;
    this.project = project;
    this.network = props.network.network;
    this.path = props.network.path;
    this.fullName = props.network.fullName;
    this.resource = make(this, "resource", ComputeSubnetwork, key, {
      name,
      network: this.network,
      region: this.region,
      ipCidrRange: props.range,
      description: props.description,
      ...subnetConfig(props),
      ...props.overrides,
    });
    this.name = reference(this.resource, "name", name);
    this.subnetwork = `regions/${this.region}/subnetworks/${this.name}`;
    this.policy = new ResourcePolicy(this, {
      key,
      fullName: `projects/${project}/regions/${this.region}/subnetworks/${name}`,
      tier: "data",
      member: ComputeSubnetworkIamMember,
      on: { subnetwork: this.name, region: this.region, project },
      resource: this.resource,
    });
    tellRanges(this, this.fullName, `subnet ${key}`, props);
  }

  /** May put machines into it: roles/compute.networkUser. Workloads of another project need it (a shared VPC). */
  grantUse(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/compute.networkUser", to, options);
  }

  egress(options?: EgressOptions): DirectEgress {
    const { network, range, region } = this;
    return directEgress(
      this,
      { network, range, region, subnetwork: `projects/${this.project}/${this.subnetwork}` },
      options,
    );
  }
}
