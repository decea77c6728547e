import { ComputeGlobalAddress } from "@cdktf/provider-google/lib/compute-global-address";
import {
  ServiceNetworkingConnection,
  type ServiceNetworkingConnectionConfig,
} from "@cdktf/provider-google/lib/service-networking-connection";
import { Construct } from "constructs";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { keepsData } from "../core/removal";
import { check, type Rules } from "../core/rules";
import { partName, type AnyNetwork } from "./any-network";
import { ranges } from "./journey-rules";
import { brokenRange, spanOf } from "./range";

export interface PrivateServicesProps extends Overridable<ServiceNetworkingConnectionConfig> {
  /** @default the construct's id */
  readonly name?: string;
  readonly network: AnyNetwork;
  /** Addresses that Google's services take for themselves, in every region: "10.100.0.0/16". /8 to /24. */
  readonly range: string;
}

const LARGEST = 8;
const SMALLEST = 24;

const rules: Rules<PrivateServicesProps> = [
  partName,
  {
    id: "range-form",
    reads: ["range"],
    // It is taken apart here.
    ofTokens: true,
    page: "https://cloud.google.com/vpc/docs/configure-private-services-access",
    broken({ range }) {
      const bits = spanOf(range)?.bits ?? SMALLEST;
      if (bits >= LARGEST && bits <= SMALLEST) return brokenRange(range, "range");
      return `range is "${range}": private services take /${LARGEST} to /${SMALLEST}`;
    },
  },
];

/**
 * Lets Google's own networks in, by private addresses: for databases and caches that Google runs there, such as Cloud
 * SQL and Memorystore. One for a network.
 * @throws InvalidProps
 * @see https://cloud.google.com/vpc/docs/private-services-access
 */
export class PrivateServices extends Construct {
  readonly resource: ServiceNetworkingConnection;

  constructor(scope: Construct, id: string, props: PrivateServicesProps) {
    super(scope, id);
    const key = props.name ?? id;
    const name = physicalName(this, key);
    check(this, { ...props, name }, rules);
    const { network, range } = props;
    const [address = "", bits] = range.split("/");
    const reserved = make(this, "range", ComputeGlobalAddress, key, {
      name,
      purpose: "VPC_PEERING",
      addressType: "INTERNAL",
      address,
      prefixLength: Number(bits),
      network: network.path,
    });
    this.resource = make(this, "resource", ServiceNetworkingConnection, key, {
      network: network.path,
      service: "servicenetworking.googleapis.com",
      reservedPeeringRanges: [reserved.name],
      // A database that is kept holds on to it: it cannot be deleted for days after the last one has gone.
      deletionPolicy: keepsData(this) ? "ABANDON" : undefined,
      ...props.overrides,
    });
    ranges.tell(this, { network: network.fullName, range, of: `private services ${key}` });
  }
}
