import { ComputeGlobalAddress } from "@cdktf/provider-google/lib/compute-global-address";
import {
  ComputeGlobalForwardingRule,
  type ComputeGlobalForwardingRuleConfig,
} from "@cdktf/provider-google/lib/compute-global-forwarding-rule";
import { DnsManagedZone } from "@cdktf/provider-google/lib/dns-managed-zone";
import { DnsRecordSet } from "@cdktf/provider-google/lib/dns-record-set";
import { Construct } from "constructs";
import { limits } from "../core/limits";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { check, type Rules } from "../core/rules";
import { kebab } from "../core/text";
import type { AnyNetwork } from "./any-network";
import { ranges } from "./journey-rules";
import { addressOf } from "./range";

export interface GoogleApisEndpointProps extends Overridable<ComputeGlobalForwardingRuleConfig> {
  /** With the prefix of the stage 1 to 20 lower-case letters and digits. @default the construct's id */
  readonly name?: string;
  readonly network: AnyNetwork;
  /** By which Google's services are reached: "10.255.0.2". Of no subnet. It can never be changed. */
  readonly address: string;
  /**
   * "vpc-sc": only services that a perimeter can be drawn around (VPC Service Controls).
   * @default "all", as private Google access
   */
  readonly services?: "all" | "vpc-sc";
  /**
   * Domains whose names, with all below them, lead to the address in this network. With none, what shall use it asks for
   * names such as storage-<name>.p.googleapis.com.
   * @default googleapis.com, and gcr.io and pkg.dev, from which images are pulled
   */
  readonly domains?: readonly string[];
}

const page = "https://cloud.google.com/vpc/docs/configure-private-service-connect-apis";
const { matches } = limits("Private Service Connect");

const rules: Rules<GoogleApisEndpointProps> = [
  matches("name", /^[a-z][a-z0-9]{0,19}$/, "takes 1 to 20 lower-case letters and digits, a letter first", page),
  {
    id: "address-form",
    reads: ["address"],
    page,
    broken: ({ address }) =>
      addressOf(address) === undefined ? `address is "${address}": write it as "10.255.0.2"` : undefined,
  },
  {
    id: "domains-form",
    reads: ["domains"],
    // Zones are called by them.
    ofTokens: true,
    page: "https://cloud.google.com/vpc/docs/configure-private-service-connect-apis#configure-dns",
    broken({ domains = [] }) {
      const wrong = domains.find((domain) => !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain));
      return wrong === undefined ? undefined : `domains has "${wrong}": write it as "googleapis.com"`;
    },
  },
];

const DOMAINS = ["googleapis.com", "gcr.io", "pkg.dev"];
const MINUTES_5 = 300;

/**
 * An address of one's own by which a network reaches Google's services (Private Service Connect): for networks without a
 * route to the internet, and those that are reached from elsewhere. Without it, private Google access does the same by
 * Google's addresses, at no cost.
 * @throws InvalidProps
 * @see https://cloud.google.com/vpc/docs/private-service-connect
 */
export class GoogleApisEndpoint extends Construct {
  readonly resource: ComputeGlobalForwardingRule;

  constructor(scope: Construct, id: string, props: GoogleApisEndpointProps) {
    super(scope, id);
    const key = props.name ?? id;
    const name = physicalName(this, key, "");
    check(this, { ...props, name }, rules);
    const { network, address, services = "all", domains = DOMAINS } = props;
    const reserved = make(this, "address", ComputeGlobalAddress, key, {
      name,
      purpose: "PRIVATE_SERVICE_CONNECT",
      addressType: "INTERNAL",
      address,
      network: network.path,
    });
    this.resource = make(this, "resource", ComputeGlobalForwardingRule, key, {
      name,
      target: services === "all" ? "all-apis" : "vpc-sc",
      network: network.path,
      ipAddress: reserved.id,
      // Empty, and not Terraform's default: it balances no load.
      loadBalancingScheme: "",
      ...props.overrides,
    });
    for (const domain of domains) this.lead(domain, { key, name, address, network });
    ranges.tell(this, { network: network.fullName, range: `${address}/32`, of: `endpoint ${key}` });
  }

  private lead(
    domain: string,
    { key, name, address, network }: Record<"key" | "name" | "address", string> & { readonly network: AnyNetwork },
  ): void {
    const part = kebab(domain);
    const dnsName = `${domain}.`;
    const zone = make(this, `zone ${domain}`, DnsManagedZone, `${key}-${part}`, {
      name: `${name}-${part}`,
      dnsName,
      description: `Leads to ${address}`,
      visibility: "private",
      privateVisibilityConfig: { networks: [{ networkUrl: network.path }] },
    });
    const record = { managedZone: zone.name, ttl: MINUTES_5 };
    make(this, `name ${domain}`, DnsRecordSet, `${key}-${part}`, {
      ...record,
      name: dnsName,
      type: "A",
      rrdatas: [address],
    });
    make(this, `names below ${domain}`, DnsRecordSet, `${key}-${part}-below`, {
      ...record,
      name: `*.${dnsName}`,
      type: "CNAME",
      rrdatas: [dnsName],
    });
  }
}
