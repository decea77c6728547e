import { ComputeAddress } from "@cdktf/provider-google/lib/compute-address";
import { ComputeRouter } from "@cdktf/provider-google/lib/compute-router";
import { ComputeRouterNat, type ComputeRouterNatConfig } from "@cdktf/provider-google/lib/compute-router-nat";
import type { Construct } from "constructs";
import { seconds, type Duration } from "../../pipeline/duration";
import { notADuration } from "../core/limits";
import { make } from "../core/make";
import type { Rules } from "../core/rules";

/** After how long of silence a connection's port is given to another. */
export interface NatTimeouts {
  /** @default "30s", as Google does */
  readonly udp?: Duration;
  /** @default "30s", as Google does */
  readonly icmp?: Duration;
  /** @default "20m", as Google does */
  readonly tcpEstablished?: Duration;
  /** Of a connection that is half open. @default "30s", as Google does */
  readonly tcpTransitory?: Duration;
  /** Of one that was closed. @default "2m", as Google does */
  readonly tcpTimeWait?: Duration;
}

/** Rules of single destinations, private NAT and IPv6 are left to `overrides`. */
export interface NatOptions {
  /**
   * So many addresses of one's own, which do not change: for those who let in only what they know.
   * @default Google's, as many as are needed
   */
  readonly addresses?: number;
  /**
   * How many connections to one place a machine may have at once: at least so many ports are kept for it, powers of two
   * from 32. With a maximum it gets more as it needs them.
   * @default 64 and no more, as Google does
   * @see https://cloud.google.com/nat/docs/ports-and-addresses
   */
  readonly ports?: { readonly minimum?: number; readonly maximum?: number };
  readonly timeouts?: NatTimeouts;
  /** Which addresses of the subnets are let out: all, or those of their own range and not of secondary ones. @default "all" */
  readonly ranges?: "all" | "primary";
  /** What is written down: what was dropped, what was let through, or both. @default "errors" */
  readonly log?: "errors" | "translations" | "all" | "none";
}

/** Of the ways out of networks' first regions too. */
export const natRules: Rules<{ readonly nat: NatOptions | undefined }> = [
  {
    id: "nat-addresses",
    reads: ["nat"],
    page: "https://cloud.google.com/nat/docs/ports-and-addresses",
    broken({ nat }) {
      const { addresses = 1 } = nat ?? {};
      if (Number.isInteger(addresses) && addresses >= 1) return undefined;
      return `addresses is ${addresses}: Cloud NAT takes whole numbers from 1. Leave it away for Google's`;
    },
  },
  {
    id: "nat-ports",
    reads: ["nat"],
    page: "https://cloud.google.com/nat/docs/ports-and-addresses#dynamic-port",
    broken: ({ nat }) => brokenPorts(nat?.ports),
  },
  {
    id: "nat-timeouts",
    reads: ["nat"],
    ofTokens: true,
    page: "https://cloud.google.com/nat/docs/tune-nat-configuration",
    broken({ nat }) {
      for (const name of timeoutNames) {
        const timeout = nat?.timeouts?.[name];
        const sentence = timeout && notADuration(timeout, "1s", LONGEST);
        if (sentence) return `timeouts.${name} ${sentence("Cloud NAT")}`;
      }
      return undefined;
    },
  },
];

const timeoutNames = ["udp", "icmp", "tcpEstablished", "tcpTransitory", "tcpTimeWait"] as const;
/** The API counts seconds in 32 bits. */
const LONGEST: Duration = "24855d";
const FEWEST = 32;
const MOST = 65_536;

function brokenPorts({ minimum, maximum }: NonNullable<NatOptions["ports"]> = {}): string | undefined {
  if (maximum === undefined) {
    if (minimum === undefined || (Number.isInteger(minimum) && minimum >= 2 && minimum <= 57_344)) return undefined;
    return `ports.minimum is ${minimum}: Cloud NAT takes 2 to 57344`;
  }
  for (const [name, ports] of Object.entries({ minimum: minimum ?? FEWEST, maximum })) {
    if (ports < FEWEST || ports > MOST || !Number.isInteger(Math.log2(ports))) {
      return `ports.${name} is ${ports}: with a maximum, Cloud NAT takes powers of two from ${FEWEST} to ${MOST}`;
    }
  }
  if (maximum > (minimum ?? FEWEST)) return undefined;
  return `ports.maximum is ${maximum}: it has to be above ports.minimum, which is ${minimum ?? FEWEST}`;
}

/** Where a way out is made. */
interface Place {
  readonly key: string;
  readonly name: string;
  readonly network: string;
  readonly region: string;
}

export interface Nat {
  readonly router: ComputeRouter;
  readonly resource: ComputeRouterNat;
  readonly addresses: readonly ComputeAddress[];
}

/** A router, the way out that it has, and the addresses that the way out has of its own. */
export function makeNat(
  owner: Construct,
  { key, name, network, region }: Place,
  options: NatOptions,
  overrides?: Partial<ComputeRouterNatConfig>,
): Nat {
  const { ports = {}, timeouts = {}, ranges = "all", log = "errors" } = options;
  const router = make(owner, "router", ComputeRouter, key, { name, network, region });
  const addresses = Array.from({ length: options.addresses ?? 0 }, (_, index) =>
    make(owner, `address ${index}`, ComputeAddress, `${key}-${index}`, {
      name: `${name}-${index}`,
      region,
      addressType: "EXTERNAL",
      // One more address is one more resource; one less is let go by the NAT before it is deleted.
      lifecycle: { createBeforeDestroy: true },
    }),
  );
  const resource = make(owner, "nat", ComputeRouterNat, key, {
    name,
    router: router.name,
    region,
    natIpAllocateOption: addresses.length === 0 ? "AUTO_ONLY" : "MANUAL_ONLY",
    natIps: addresses.length === 0 ? undefined : addresses.map(({ selfLink }) => selfLink),
    sourceSubnetworkIpRangesToNat:
      ranges === "all" ? "ALL_SUBNETWORKS_ALL_IP_RANGES" : "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES",
    minPortsPerVm: ports.minimum,
    maxPortsPerVm: ports.maximum,
    enableDynamicPortAllocation: ports.maximum === undefined ? undefined : true,
    udpIdleTimeoutSec: whole(timeouts.udp),
    icmpIdleTimeoutSec: whole(timeouts.icmp),
    tcpEstablishedIdleTimeoutSec: whole(timeouts.tcpEstablished),
    tcpTransitoryIdleTimeoutSec: whole(timeouts.tcpTransitory),
    tcpTimeWaitTimeoutSec: whole(timeouts.tcpTimeWait),
    logConfig: { enable: log !== "none", filter: filters[log] },
    ...overrides,
  });
  return { router, resource, addresses };
}

const filters = { errors: "ERRORS_ONLY", translations: "TRANSLATIONS_ONLY", all: "ALL", none: "ERRORS_ONLY" } as const;

const whole = (duration: Duration | undefined): number | undefined =>
  duration === undefined ? undefined : Number.parseInt(seconds(duration), 10);
