import type { Construct } from "constructs";
import { limits } from "../core/limits";
import { isRegion } from "../core/places";
import { check, type Rule, type Rules } from "../core/rules";
import { Site } from "../core/site";
import type { DirectEgress, EgressTraffic } from "./egress";
import { spanOf } from "./range";

/** A network wherever it was made, and the subnet of it in which workers are. */
export interface AnyNetwork {
  /** A name, or projects/P/global/networks/N: a reference to the network, so whoever names it comes after it. */
  readonly network: string;
  /** regions/R/subnetworks/S, or a full URL where the network is another project's. */
  readonly subnetwork: string;
  /** projects/P/global/networks/N: a reference likewise, for what takes no name alone. */
  readonly path: string;
  /** The same as plain text, for what must not wait for the network. */
  readonly fullName: string;
  /** What a workload without machines of its own, such as a Cloud Run service, is given to reach it. */
  egress(options?: EgressOptions): DirectEgress;
}

export interface EgressOptions {
  /**
   * "all": what goes to the internet too, which then needs a way out (`nat`).
   * @default "private-ranges", as Google does: the internet and Google's services are reached without the network
   */
  readonly traffic?: EgressTraffic;
  /**
   * By which the network's routes and its firewall's rules of egress know what the workload sends. Rules of ingress (of
   * a machine, from these tags) do not see them: they name the subnet's range.
   * @default none
   * @see https://cloud.google.com/run/docs/configuring/vpc-direct-vpc
   */
  readonly tags?: readonly string[];
}

const page = "https://cloud.google.com/run/docs/configuring/vpc-direct-vpc";
const { matches } = limits("Compute Engine");

/** A name as Compute Engine takes it. */
export const label = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Of the names of networks' parts. */
export const partName = matches(
  "name",
  label,
  "takes 1 to 63 lower-case letters, digits and hyphens, a letter first",
  "https://cloud.google.com/compute/docs/naming-resources",
);

export const regionRule: Rule<{ readonly region?: string }> = {
  id: "region-form",
  reads: ["region"],
  page: "https://cloud.google.com/compute/docs/regions-zones",
  broken: ({ region }) =>
    region === undefined || isRegion(region)
      ? undefined
      : `region is "${region}": Compute Engine has regions such as "europe-west1"`,
};

/** The smallest subnet of which Cloud Run takes addresses. */
const SMALLEST = 26;
const TAGS = 64;

const egressRules: Rules<EgressOptions & { readonly range?: string | undefined }> = [
  {
    id: "egress-range",
    reads: ["range"],
    page,
    broken({ range }) {
      const bits = range === undefined ? undefined : spanOf(range)?.bits;
      if (bits === undefined || bits <= SMALLEST) return undefined;
      return `range is "${range}": Cloud Run takes addresses of subnets of /${SMALLEST} and larger. Give it a larger one, or a VpcConnector`;
    },
  },
  {
    id: "tags-form",
    reads: ["tags"],
    page: "https://cloud.google.com/vpc/docs/add-remove-network-tags",
    broken({ tags = [] }) {
      if (tags.length > TAGS) return `tags has ${tags.length} tags: Compute Engine takes at most ${TAGS}`;
      const wrong = tags.find((tag) => !label.test(tag));
      return wrong === undefined
        ? undefined
        : `tags has "${wrong}": Compute Engine takes 1 to 63 lower-case letters, digits and hyphens, a letter first`;
    },
  },
];

/**
 * A way out of a subnet.
 * @param subnetwork projects/P/regions/R/subnetworks/S
 * @throws InvalidProps
 */
export function directEgress(
  owner: Construct,
  from: Pick<DirectEgress, "network" | "subnetwork" | "region"> & { readonly range?: string },
  { traffic = "private-ranges", tags }: EgressOptions = {},
): DirectEgress {
  const { range, ...place } = from;
  check(owner, { tags, range }, egressRules);
  return { ...place, tags, traffic };
}

/** A network that is there already, by its names. */
export interface ExistingNetworkProps {
  readonly network: string;
  readonly subnetwork: string;
  /** Whose it is: a shared VPC's host. @default the stack's project */
  readonly project?: string;
}

/** Its agents need roles/compute.networkUser on a subnet of another project, which the subnet's owner gives. */
export class ExistingNetwork implements AnyNetwork {
  readonly network: string;
  readonly subnetwork: string;
  readonly #scope: Construct;
  readonly #from: Required<ExistingNetworkProps>;

  constructor(scope: Construct, from: ExistingNetworkProps) {
    const { project, region } = Site.of(scope).settings;
    this.#scope = scope;
    this.#from = { project, ...from };
    if (from.project === undefined) {
      this.network = from.network;
      this.subnetwork = `regions/${region}/subnetworks/${from.subnetwork}`;
    } else {
      this.network = this.fullName;
      this.subnetwork = `https://www.googleapis.com/compute/v1/${this.#subnet}`;
    }
  }

  get fullName(): string {
    return `projects/${this.#from.project}/global/networks/${this.#from.network}`;
  }

  get path(): string {
    return this.fullName;
  }

  get #subnet(): string {
    const { region } = Site.of(this.#scope).settings;
    return `projects/${this.#from.project}/regions/${region}/subnetworks/${this.#from.subnetwork}`;
  }

  egress(options?: EgressOptions): DirectEgress {
    const { region } = Site.of(this.#scope).settings;
    return directEgress(this.#scope, { network: this.network, subnetwork: this.#subnet, region }, options);
  }
}
