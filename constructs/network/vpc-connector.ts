import { VpcAccessConnector, type VpcAccessConnectorConfig } from "@cdktf/provider-google/lib/vpc-access-connector";
import { Construct } from "constructs";
import type { Existing } from "../core/existing";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { reference } from "../core/reference";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { regionRule, type AnyNetwork } from "./any-network";
import type { ConnectorEgress, EgressTraffic } from "./egress";
import { ranges } from "./journey-rules";
import { brokenRange, spanOf } from "./range";
import type { Subnet } from "./subnet";

/** A connector wherever it was made. */
export abstract class AnyVpcConnector extends Construct {
  /** projects/P/locations/R/connectors/C: a reference to the connector, so whoever names it comes after it. */
  abstract readonly path: string;
  abstract readonly region: string;

  /** What a function, or a Cloud Run service, is given to reach the network through it. */
  egress({ traffic = "private-ranges" }: { readonly traffic?: EgressTraffic } = {}): ConnectorEgress {
    return { connector: this.path, region: this.region, traffic };
  }
}

/** So many machines, or so many megabits a second of e2-micro machines. Either grows with traffic, and never shrinks. */
type Size =
  | { readonly instances: { readonly minimum: number; readonly maximum: number } }
  | { readonly throughput: { readonly minimum: number; readonly maximum: number } };

interface OwnRange {
  readonly network: AnyNetwork;
  /** A /28 that nothing else in the network has: "10.8.0.0/28". */
  readonly range: string;
}

interface InSubnet {
  /** In place of `network` and `range`: a /28 that nothing else is in, for a shared VPC one of its host's. */
  readonly subnet: Subnet | SharedSubnet;
}

type Place = OwnRange | InSubnet;

interface SharedSubnet {
  /** Its name alone. */
  readonly name: string;
  /** Of the shared VPC. */
  readonly project: string;
  readonly range: string;
}

interface Common extends Overridable<VpcAccessConnectorConfig> {
  /** With the prefix of the stage at most 20 characters, of which a hyphen counts as two. @default the construct's id */
  readonly name?: string;
  /** Of the workloads that send through it. @default the stack's */
  readonly region?: string;
  /** Of all of its instances. @default "e2-micro", as Google does: 100 Mbps each */
  readonly machineType?: "f1-micro" | "e2-micro" | "e2-standard-4";
  /**
   * Less of it than before makes another connector in its place.
   * @default 2 to 3 instances, the fewest that there can be: it never shrinks once it has grown
   */
  readonly size?: Size;
}

export type VpcConnectorProps = Common & Place;

/** The props, with what rules ask one by one. */
interface Checked extends Pick<Common, "name" | "machineType" | "size"> {
  readonly region: string;
  readonly range: string;
  readonly subnetRegion: string | undefined;
}

const LONGEST = 20;
const BITS = 28;
const page = "https://cloud.google.com/vpc/docs/serverless-vpc-access";

const rules: Rules<Checked> = [
  {
    id: "name-form",
    reads: ["name"],
    page: "https://cloud.google.com/run/docs/configuring/vpc-connectors",
    broken({ name = "" }) {
      if (/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name) && name.replaceAll("-", "--").length <= LONGEST) return undefined;
      return `name is "${name}": Serverless VPC Access takes 1 to ${LONGEST} lower-case letters, digits and hyphens, of which each counts as two, a letter first`;
    },
  },
  regionRule,
  {
    id: "range-form",
    reads: ["range"],
    page,
    broken({ range }) {
      const bits = spanOf(range)?.bits;
      if (bits === undefined || bits === BITS) return brokenRange(range, "range");
      return `range is "${range}": Serverless VPC Access takes a /${BITS} of its own`;
    },
  },
  {
    id: "subnet-region",
    reads: ["region", "subnetRegion"],
    page,
    broken: ({ region, subnetRegion = region }) =>
      region === subnetRegion
        ? undefined
        : `the subnet is in ${subnetRegion} and the connector in ${region}: give it region`,
  },
  { id: "size-range", reads: ["size"], page, broken: ({ size }) => size && brokenSize(size) },
  {
    id: "size-machines",
    reads: ["size", "machineType"],
    page,
    broken({ size, machineType = DEFAULT_MACHINE }) {
      return size && "throughput" in size && machineType !== DEFAULT_MACHINE
        ? `size.throughput is that of e2-micro, and machineType is "${machineType}": give size.instances`
        : undefined;
    },
  },
];

const DEFAULT_MACHINE = "e2-micro";

function brokenSize(size: Size): string | undefined {
  const [what, { minimum, maximum }, low, high, step] =
    "instances" in size
      ? (["instances", size.instances, 2, 10, 1] as const)
      : (["throughput", size.throughput, 200, 1000, 100] as const);
  for (const [end, value] of [
    ["minimum", minimum],
    ["maximum", maximum],
  ] as const) {
    if (value < low || value > high || value % step !== 0) {
      const steps = step === 1 ? "" : `, in steps of ${step}`;
      return `size.${what}.${end} is ${value}: Serverless VPC Access takes ${low} to ${high}${steps}`;
    }
  }
  if (minimum < maximum) return undefined;
  return `size.${what}.minimum is ${minimum}: it has to be below size.${what}.maximum, which is ${maximum}`;
}

const FEWEST: Size = { instances: { minimum: 2, maximum: 3 } };

function sizeConfig(size: Size = FEWEST) {
  if ("instances" in size) return { minInstances: size.instances.minimum, maxInstances: size.instances.maximum };
  return { minThroughput: size.throughput.minimum, maxThroughput: size.throughput.maximum };
}

/**
 * Machines of Google's in a network, by which what has none in it sends into it. Functions need one; Cloud Run does
 * without (`network.egress()`), which costs nothing while nothing is sent and is faster.
 * @throws InvalidProps
 * @see https://cloud.google.com/run/docs/configuring/connecting-vpc
 */
export class VpcConnector extends AnyVpcConnector {
  readonly resource: VpcAccessConnector;
  readonly path: string;
  readonly region: string;

  constructor(scope: Construct, id: string, props: VpcConnectorProps) {
    super(scope, id);
    const key = props.name ?? id;
    const name = physicalName(this, key);
    const { project, region: ours } = Site.of(this).settings;
    const { region = ours, machineType, size } = props;
    const [range, subnetRegion] =
      "subnet" in props
        ? [props.subnet.range, "region" in props.subnet ? props.subnet.region : undefined]
        : [props.range];
    this.region = region;
    check(this, { name, region, machineType, size, range, subnetRegion }, rules);
    this.resource = make(this, "resource", VpcAccessConnector, key, {
      name,
      region,
      ...("subnet" in props
        ? { subnet: { name: props.subnet.name, projectId: props.subnet.project } }
        : { network: props.network.network, ipCidrRange: range }),
      machineType,
      ...sizeConfig(size),
      ...props.overrides,
    });
    this.path = reference(this.resource, "id", `projects/${project}/locations/${region}/connectors/${name}`);
    // A subnet has told its range itself.
    if (!("subnet" in props)) ranges.tell(this, { network: props.network.fullName, range, of: `connector ${key}` });
  }

  /** A connector that is there already, in the stack's region. */
  static fromName(scope: Construct, id: string, from: Pick<Existing, "name" | "project">): AnyVpcConnector {
    return new ExistingVpcConnector(scope, id, from);
  }
}

class ExistingVpcConnector extends AnyVpcConnector {
  readonly path: string;
  readonly region: string;

  constructor(scope: Construct, id: string, from: Pick<Existing, "name" | "project">) {
    super(scope, id);
    const { project, region } = Site.of(this).settings;
    this.region = region;
    this.path = `projects/${from.project ?? project}/locations/${region}/connectors/${from.name}`;
  }
}
