import * as fc from "fast-check";
import type { Construct } from "constructs";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import type { FirewallRuleProps } from "../../../constructs/network/firewall-props";
import { FirewallRule } from "../../../constructs/network/firewall-rule";
import type { Traffic } from "../../../constructs/network/firewall-traffic";
import { Network } from "../../../constructs/network/network";
import type { Examples } from "../examples";
import { maybe } from "../support";

const rule =
  (props: Partial<FirewallRuleProps> & { readonly name?: string }) =>
  (stack: Construct): FirewallRule => {
    const base = {
      network: new Network(stack, "net"),
      direction: "ingress",
      allow: ["tcp:443"],
      from: { ranges: ["10.0.0.0/8"] },
    };
    return new FirewallRule(stack, "rule", { ...base, ...props } as FirewallRuleProps);
  };

const accounts = (stack: Construct, count: number): ServiceAccount[] =>
  Array.from({ length: count }, (_, index) => new ServiceAccount(stack, `account-${index}`));

const tags = (count: number): string[] => Array.from({ length: count }, (_, index) => `t${index}`);

const port = fc.integer({ min: 0, max: 65_535 });
const ported = fc.constantFrom("tcp", "udp", "sctp");
const traffic: fc.Arbitrary<Traffic[]> = fc.uniqueArray(
  fc.oneof(
    fc.constantFrom<Traffic[]>("all", "icmp", "esp", "ah", "ipip", "tcp", "udp"),
    fc.tuple(ported, port).map(([protocol, one]): Traffic => `${protocol}:${one}`),
    fc.tuple(ported, port, port).map(([protocol, a, b]): Traffic => `${protocol}:${Math.min(a, b)}-${Math.max(a, b)}`),
  ),
  { minLength: 1, maxLength: 4 },
);
const tagList = fc.uniqueArray(fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/), { minLength: 1, maxLength: 4 });
const ranges = fc.subarray(["10.0.0.0/8", "192.168.4.0/22", "35.235.240.0/20", "2001:db8::/32"], { minLength: 1 });

export const firewallRule = {
  minimal: (stack) =>
    new FirewallRule(stack, "api", {
      network: new Network(stack, "net"),
      direction: "ingress",
      allow: ["tcp:443"],
      from: { ranges: ["10.0.0.0/8"] },
    }),
  maximal: (stack) => {
    const all: Required<FirewallRuleProps> = {
      name: "api",
      network: new Network(stack, "net"),
      direction: "ingress",
      allow: ["tcp:443", "udp:8000-8999", "tcp:80", "icmp"],
      from: { ranges: ["10.0.0.0/8", "2001:db8::/32"], tags: ["front"] },
      to: { tags: ["api"] },
      priority: 900,
      log: "without-metadata",
      enabled: false,
      description: "lets the front in",
      overrides: { timeouts: { create: "10m" } },
    };
    return new FirewallRule(stack, "rule", all);
  },
  random: fc
    .record({
      traffic,
      action: fc.constantFrom("allow", "deny"),
      direction: fc.constantFrom("ingress", "egress"),
      ranges,
      tags: maybe(tagList),
      targets: maybe(tagList),
      priority: maybe(fc.integer({ min: 0, max: 65_535 })),
      log: maybe(fc.constantFrom<(boolean | "without-metadata")[]>(true, false, "without-metadata")),
      enabled: maybe(fc.boolean()),
    })
    .map(({ traffic: passes, action, direction, ranges: some, tags: tagged, targets, ...rest }) => (scope, name) => {
      const common = { ...rest, network: new Network(scope, `${name}-net`) };
      const machines = targets && { tags: targets };
      const inwards = { ...common, direction: "ingress" as const, to: machines };
      const sides =
        direction === "egress"
          ? { ...common, direction: "egress" as const, from: machines, to: { ranges: some } }
          : tagged
            ? { ...inwards, from: { ranges: some, tags: tagged } }
            : { ...inwards, from: { ranges: some } };
      return new FirewallRule(
        scope,
        name,
        action === "allow" ? { ...sides, allow: passes } : { ...sides, deny: passes },
      );
    }),
  faults: {
    "name-form": ["", "Api", "x".repeat(64)].map((name) => rule({ name })),
    "priority-range": [-1, 65_536, 1.5].map((priority) => rule({ priority })),
    "traffic-form": [
      rule({ allow: [] }),
      ...(["tcp:65536", "udp:1-65536", "tcp:443-80", "tcp:-1", "tcp:1.5", "sctp:70000-1"] as const).map((one) =>
        rule({ allow: ["tcp:443", one] }),
      ),
    ],
    "ranges-form": ["10.0.0.1/8", "10.0.0.0", "10.0.0.0/33", "internet", "::1", "2001:db8::/1234"].map((range) =>
      rule({ from: { ranges: [range] } }),
    ),
    "peers-none": [
      rule({ from: { ranges: [] } }),
      rule({ from: { tags: [] } }),
      rule({ from: { accounts: [] } }),
      rule({ direction: "egress", to: { ranges: [] }, from: undefined }),
    ],
    "peers-count": [
      rule({ from: { tags: tags(31) } }),
      rule({ to: { tags: tags(71) } }),
      (stack) => rule({ from: { accounts: accounts(stack, 11) } })(stack),
      (stack) => rule({ to: { accounts: accounts(stack, 11) } })(stack),
    ],
    "tags-form": [rule({ from: { tags: ["A"] } }), rule({ from: { tags: [""] } }), rule({ to: { tags: ["a_b"] } })],
    "targets-none": [rule({ to: { tags: [] } }), rule({ to: { accounts: [] } })],
    "from-anywhere": ["0.0.0.0/0", "::/0"].map((range) => rule({ from: { ranges: [range] } })),
    "from-administers": (["all", "tcp", "tcp:22", "tcp:3389", "tcp:20-25", "tcp:3000-4000"] as const).map((one) =>
      rule({ from: "anywhere", allow: ["tcp:443", one] }),
    ),
  },
} satisfies Examples[string];
