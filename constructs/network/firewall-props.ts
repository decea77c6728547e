import type { ComputeFirewallConfig } from "@cdktf/provider-google/lib/compute-firewall";
import type { Overridable } from "../core/overridable";
import type { Rules } from "../core/rules";
import { limits } from "../core/limits";
import type { AnyServiceAccount } from "../iam/service-account";
import { label, partName, type AnyNetwork } from "./any-network";
import { administers, brokenTraffic, type Traffic } from "./firewall-traffic";
import { brokenRange, spanOf } from "./range";

/** Machines by their tags, which whoever may change a machine may give it. */
interface Tagged {
  readonly tags: readonly string[];
}

/** Machines by the accounts that they run as, which takes a right on the account. */
interface RunningAs {
  readonly accounts: readonly AnyServiceAccount[];
}

interface Ranges {
  /** "10.0.0.0/8" */
  readonly ranges: readonly string[];
}

/** Compute Engine takes tags or accounts in a rule, not both. */
type Ingress =
  | { readonly from: "anywhere" | Ranges; readonly to?: Tagged | RunningAs }
  | { readonly from: Tagged & Partial<Ranges>; readonly to?: Tagged }
  | { readonly from: RunningAs & Partial<Ranges>; readonly to?: RunningAs };

/** What comes in. */
interface Inwards {
  /** "ingress": what comes in; "egress": what goes out. */
  readonly direction: "ingress";
  /** Who sends it: ranges, tags or accounts, at least one; "anywhere" is the internet too. Of egress: which machines. */
  readonly from: Ingress["from"];
  /** Which machines it is for. Of egress: where to, ranges or "anywhere". @default all of the network */
  readonly to?: Ingress["to"];
}

/** What goes out. */
interface Outwards {
  readonly direction: "egress";
  /** Which machines send it. @default all of the network */
  readonly from?: Tagged | RunningAs;
  /** Where to; "anywhere" is the internet too. */
  readonly to: "anywhere" | Ranges;
}

interface Allowing {
  /** What is let through: "tcp:443", "udp:8000-8999", "icmp", "all". */
  readonly allow: readonly Traffic[];
}

interface Denying {
  /** What is kept back, in place of `allow`. */
  readonly deny: readonly Traffic[];
}

/** What the rule does with it. */
type Action = Allowing | Denying;

interface Common extends Overridable<ComputeFirewallConfig> {
  /** @default the construct's id */
  readonly name?: string;
  /** The network that it is for, or a subnet of it. */
  readonly network: AnyNetwork;
  /** 0 to 65535; of two that fit, the lower one holds, and of two alike the one that denies. @default 1000, as Google does */
  readonly priority?: number;
  /** Writes down each connection that it decides on, in full or without the machines' data. It costs by volume. @default false */
  readonly log?: boolean | "without-metadata";
  /** Whether it is in force. @default true */
  readonly enabled?: boolean;
  /** @default none */
  readonly description?: string;
}

export type FirewallRuleProps = Common & Action & ((Inwards & Ingress) | Outwards);

/** The props, with what rules ask one by one. */
export interface Checked {
  readonly name: string;
  readonly priority: number | undefined;
  readonly action: "allow" | "deny";
  readonly traffic: readonly Traffic[];
  readonly direction: "ingress" | "egress";
  /** Whether it names everybody, or nobody that it knows. */
  readonly anywhere: boolean;
  readonly peers: Peers;
  /** The machines that it is for. */
  readonly targets: Peers;
}

export interface Peers {
  readonly ranges?: readonly string[];
  readonly tags?: readonly string[];
  readonly accounts?: readonly AnyServiceAccount[];
}

export function checked(props: FirewallRuleProps, name: string): Checked {
  const [peers, targets = {}] = props.direction === "ingress" ? [props.from, props.to] : [props.to, props.from];
  return {
    name,
    priority: props.priority,
    ...("allow" in props ? { action: "allow", traffic: props.allow } : { action: "deny", traffic: props.deny }),
    direction: props.direction,
    anywhere: peers === "anywhere",
    peers: peers === "anywhere" ? { ranges: ["0.0.0.0/0"] } : peers,
    targets,
  };
}

const { within } = limits("Compute Engine");
const page = "https://cloud.google.com/firewall/docs/firewalls";
const sizes = "https://cloud.google.com/vpc/docs/quota#per_instance";
const SOURCE_TAGS = 30;
const TARGET_TAGS = 70;
const ACCOUNTS = 10;

export const firewallRules: Rules<Checked> = [
  partName,
  within("priority", 0, 65_535, page),
  {
    id: "traffic-form",
    reads: ["traffic"],
    page,
    broken: ({ action, traffic }) => brokenTraffic(action, traffic),
  },
  {
    id: "ranges-form",
    reads: ["peers"],
    page,
    broken({ peers: { ranges = [] }, direction }) {
      const side = direction === "ingress" ? "from.ranges" : "to.ranges";
      for (const range of ranges) {
        // Of IPv6, whether it has the form of one.
        const sentence = /^[0-9a-f:]*:[0-9a-f:.]*\/\d{1,3}$/i.test(range) ? undefined : brokenRange(range, side);
        if (sentence) return sentence;
      }
      return undefined;
    },
  },
  {
    id: "peers-none",
    reads: ["peers"],
    page,
    broken({ peers: { ranges = [], tags = [], accounts = [] }, direction }) {
      if (ranges.length + tags.length + accounts.length > 0) return undefined;
      return `${direction === "ingress" ? "from" : "to"} names nobody: the rule would be for none`;
    },
  },
  {
    id: "peers-count",
    reads: ["peers", "targets"],
    page: sizes,
    broken({ peers, targets }) {
      const counts = [
        [peers.tags, SOURCE_TAGS, "tags of whom it is from"],
        [targets.tags, TARGET_TAGS, "tags of machines"],
        [peers.accounts, ACCOUNTS, "accounts of whom it is from"],
        [targets.accounts, ACCOUNTS, "accounts of machines"],
      ] as const;
      const over = counts.find(([list = [], most]) => list.length > most);
      return over && `it names ${over[0]?.length} ${over[2]}: Compute Engine takes at most ${over[1]} in a rule`;
    },
  },
  {
    id: "tags-form",
    reads: ["peers", "targets"],
    page: "https://cloud.google.com/vpc/docs/add-remove-network-tags",
    broken({ peers, targets }) {
      const wrong = [...(peers.tags ?? []), ...(targets.tags ?? [])].find((tag) => !label.test(tag));
      return wrong === undefined
        ? undefined
        : `there is a tag "${wrong}": Compute Engine takes 1 to 63 lower-case letters, digits and hyphens, a letter first`;
    },
  },
  {
    id: "targets-none",
    reads: ["targets"],
    page,
    broken({ targets: { tags, accounts } }) {
      return (tags ?? accounts)?.length === 0
        ? "the machines that it is for are an empty list: leave it away, and it is for all of the network"
        : undefined;
    },
  },
  {
    id: "from-anywhere",
    reads: ["peers"],
    page: "https://cloud.google.com/firewall/docs/using-firewalls#best_practices_for_firewall_rules",
    broken({ action, direction, anywhere, peers: { ranges = [] } }) {
      if (action !== "allow" || direction !== "ingress" || anywhere) return undefined;
      const wide = ranges.find((range) => spanOf(range)?.bits === 0 || range === "::/0");
      return wide && `from.ranges has "${wide}", which is the whole internet: write from: "anywhere" if it is meant`;
    },
  },
  {
    id: "from-administers",
    reads: ["traffic"],
    page: "https://cloud.google.com/iap/docs/using-tcp-forwarding",
    broken({ action, direction, anywhere, traffic }) {
      if (action !== "allow" || direction !== "ingress" || !anywhere) return undefined;
      const open = administers(traffic);
      return (
        open &&
        `allow has "${open}" from anywhere: it lets the internet in to SSH or RDP. Let in "35.235.240.0/20", which is Identity-Aware Proxy`
      );
    },
  },
];
