import { ComputeFirewall } from "@cdktf/provider-google/lib/compute-firewall";
import { ComputeNetwork } from "@cdktf/provider-google/lib/compute-network";
import { ComputeRouter } from "@cdktf/provider-google/lib/compute-router";
import { ComputeRouterNat } from "@cdktf/provider-google/lib/compute-router-nat";
import { ComputeSubnetwork } from "@cdktf/provider-google/lib/compute-subnetwork";
import { Construct } from "constructs";
import { limits } from "../core/limits";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { reference } from "../core/reference";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import type { DirectEgress, EgressTraffic } from "./egress";
import { addressOutside } from "./range";

/** A network wherever it was made, by what workers are given of it. */
export interface AnyNetwork {
  readonly network: string;
  /** regions/R/subnetworks/S, or a full URL where the network is another project's. */
  readonly subnetwork: string;
  /** What a workload without machines of its own, such as a Cloud Run service, is given to reach it. */
  egress(options?: EgressOptions): DirectEgress;
}

export interface EgressOptions {
  /**
   * "all": what goes to the internet too, which then needs a way out (`nat`).
   * @default "private-ranges", as Google does: Google's services are reached without the network
   */
  readonly traffic?: EgressTraffic;
  /**
   * By which the network's firewall and routes know what the workload sends. Rules of what comes in (of another machine,
   * from these tags) do not see them.
   * @default none
   * @see https://cloud.google.com/run/docs/configuring/vpc-direct-vpc
   */
  readonly tags?: readonly string[];
}

export interface NetworkProps {
  /** @default the construct's id */
  readonly name?: string;
  /** The subnet's addresses. @default "10.10.0.0/20", which is room for 4,092 workers */
  readonly range?: string;
  /** A way out to the internet for machines without public addresses. It costs by the hour. @default false */
  readonly nat?: boolean;
  /** Logs a sample of what flows through the subnet. It costs by volume. @default false */
  readonly flowLogs?: boolean;
}

const { matches } = limits("Compute Engine");

const rules: Rules<NetworkProps> = [
  matches(
    "name",
    // With "-dataflow" or "-<region>" after it, a name has at most 63 characters.
    /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
    "takes 1 to 40 lower-case letters, digits and hyphens, a letter first",
    "https://cloud.google.com/compute/docs/naming-resources",
  ),
  {
    id: "range-form",
    reads: ["range"],
    page: "https://cloud.google.com/vpc/docs/subnets#valid-ranges",
    broken: ({ range }) => (range === undefined ? undefined : addressOutside(range)),
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
  private readonly project: string;

  constructor(scope: Construct, id: string, props: NetworkProps = {}) {
    super(scope, id);
    const key = props.name ?? id;
    check(this, { ...props, name: key }, rules);
    const { project, region } = Site.of(this).settings;
    this.project = project;
    const name = physicalName(this, key);
    this.resource = make(this, "resource", ComputeNetwork, key, { name, autoCreateSubnetworks: false });
    const subnet = make(this, "subnet", ComputeSubnetwork, key, {
      name: `${name}-${region}`,
      network: this.resource.id,
      region,
      ipCidrRange: props.range ?? "10.10.0.0/20",
      privateIpGoogleAccess: true,
      logConfig: props.flowLogs === true ? { aggregationInterval: "INTERVAL_10_MIN", flowSampling: 0.5 } : undefined,
    });
    this.allowShuffle(key, name);
    if (props.nat === true) this.addNat(key, name, region);
    this.network = reference(this.resource, "name", `projects/${project}/global/networks/${name}`);
    this.subnetwork = `regions/${region}/subnetworks/${reference(subnet, "name", `${name}-${region}`)}`;
  }

  /** A network that is there already; of another project where `project` is given (a shared VPC). */
  static fromName(
    scope: Construct,
    from: { readonly network: string; readonly subnetwork: string; readonly project?: string },
  ): AnyNetwork {
    return new ExistingNetwork(scope, from);
  }

  egress({ traffic = "private-ranges", tags }: EgressOptions = {}): DirectEgress {
    const { network, subnetwork } = this;
    return { network, subnetwork: `projects/${this.project}/${subnetwork}`, tags, traffic };
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

  private addNat(key: string, name: string, region: string): void {
    const router = make(this, "router", ComputeRouter, key, { name, network: this.resource.id, region });
    make(this, "nat", ComputeRouterNat, key, {
      name,
      router: router.name,
      region,
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
      logConfig: { enable: true, filter: "ERRORS_ONLY" },
    });
  }
}

class ExistingNetwork implements AnyNetwork {
  readonly network: string;
  readonly subnetwork: string;
  readonly #path: string;

  constructor(
    scope: Construct,
    from: { readonly network: string; readonly subnetwork: string; readonly project?: string },
  ) {
    const { project, region } = Site.of(scope).settings;
    this.#path = `projects/${from.project ?? project}/regions/${region}/subnetworks/${from.subnetwork}`;
    if (from.project === undefined) {
      this.network = from.network;
      this.subnetwork = `regions/${region}/subnetworks/${from.subnetwork}`;
    } else {
      this.network = `projects/${from.project}/global/networks/${from.network}`;
      this.subnetwork = subnetworkUrl(from.project, region, from.subnetwork);
    }
  }

  egress({ traffic = "private-ranges", tags }: EgressOptions = {}): DirectEgress {
    return { network: this.network, subnetwork: this.#path, tags, traffic };
  }
}

const subnetworkUrl = (project: string, region: string, name: string): string =>
  `https://www.googleapis.com/compute/v1/projects/${project}/regions/${region}/subnetworks/${name}`;
