import { expect, test } from "vitest";
import { withoutRule } from "../../../constructs/core/rules";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import type { FirewallRuleProps } from "../../../constructs/network/firewall-props";
import { FirewallRule } from "../../../constructs/network/firewall-rule";
import type { Traffic } from "../../../constructs/network/firewall-traffic";
import type { Network } from "../../../constructs/network/network";
import { aStack, messageOf, templateOf } from "../support";
import { examples, net } from "./examples";

/** What a rule becomes, but for its name and network. */
function ruleOf(props: object): Record<string, unknown> {
  const template = templateOf((stack) => {
    new FirewallRule(stack, "rule", { ...(props as FirewallRuleProps), network: net(stack) });
  });
  const { name, network, depends_on, ...rest } = template.resource("google_compute_firewall.rule");
  expect([name, network, depends_on]).toEqual(["rule", "${google_compute_network.net.name}", ["time_sleep.apis"]]);
  return rest;
}

test("a rule of which nothing more is said is for all of the network", () => {
  expect(templateOf(examples.FirewallRule.minimal).resource("google_compute_firewall.api")).toEqual({
    name: "api",
    network: "${google_compute_network.net.name}",
    direction: "INGRESS",
    allow: [{ protocol: "tcp", ports: ["443"] }],
    source_ranges: ["10.0.0.0/8"],
    depends_on: ["time_sleep.apis"],
  });
});

test("a rule of which all is said", () => {
  expect(
    templateOf(examples.FirewallRule.maximal, { prefix: "alice" }).resource("google_compute_firewall.api"),
  ).toEqual({
    name: "alice-api",
    network: "${google_compute_network.net.name}",
    direction: "INGRESS",
    allow: [{ protocol: "tcp", ports: ["443", "80"] }, { protocol: "udp", ports: ["8000-8999"] }, { protocol: "icmp" }],
    source_ranges: ["10.0.0.0/8", "2001:db8::/32"],
    source_tags: ["front"],
    target_tags: ["api"],
    priority: 900,
    disabled: true,
    log_config: { metadata: "EXCLUDE_ALL_METADATA" },
    description: "lets the front in",
    timeouts: { create: "10m" },
    depends_on: ["time_sleep.apis"],
  });
});

test("what goes out may be kept in, for machines of some tags", () => {
  expect(
    ruleOf({
      direction: "egress",
      deny: ["all"],
      from: { tags: ["workers"] },
      to: "anywhere",
      log: true,
      enabled: true,
    }),
  ).toEqual({
    direction: "EGRESS",
    deny: [{ protocol: "all" }],
    destination_ranges: ["0.0.0.0/0"],
    target_tags: ["workers"],
    log_config: { metadata: "INCLUDE_ALL_METADATA" },
  });
  expect(ruleOf({ direction: "egress", allow: ["tcp"], to: { ranges: ["10.0.0.0/8"] }, log: false })).toEqual({
    direction: "EGRESS",
    allow: [{ protocol: "tcp" }],
    destination_ranges: ["10.0.0.0/8"],
  });
});

test("machines are known by the accounts that they run as", () => {
  const template = templateOf((stack) => {
    const [api, database] = ["account-api", "account-database"].map((id) => new ServiceAccount(stack, id));
    if (!api || !database) throw new Error("no account");
    new FirewallRule(stack, "database", {
      network: net(stack),
      direction: "ingress",
      allow: ["tcp:5432"],
      from: { accounts: [api] },
      to: { accounts: [database] },
    });
  });
  expect(template.resource("google_compute_firewall.database")).toMatchObject({
    source_service_accounts: ["${google_service_account.account-api.email}"],
    target_service_accounts: ["${google_service_account.account-database.email}"],
  });
});

const allowed = (allow: readonly Traffic[]) =>
  ruleOf({ direction: "ingress", allow, from: { ranges: ["10.0.0.0/8"] } })["allow"];

test("a protocol of which all passes has no ports, whatever else is said of it", () => {
  expect(allowed(["tcp:80", "tcp"])).toEqual([{ protocol: "tcp" }]);
  expect(allowed(["tcp", "tcp:80"])).toEqual([{ protocol: "tcp" }]);
  expect(allowed(["tcp:0-65535"])).toEqual([{ protocol: "tcp", ports: ["0-65535"] }]);
});

test("the internet is let in where it is meant, but to no administrator's port", () => {
  expect(ruleOf({ direction: "ingress", allow: ["tcp:443"], from: "anywhere" })).toMatchObject({
    source_ranges: ["0.0.0.0/0"],
  });
  const open = { direction: "ingress", from: "anywhere" } as const;
  for (const allow of [["tcp:21"], ["tcp:23-3388"], ["tcp:3390"], ["udp:22"], ["icmp"]] satisfies Traffic[][]) {
    expect(() => ruleOf({ ...open, allow })).not.toThrow();
  }
  expect(() => ruleOf({ direction: "ingress", from: "anywhere", deny: ["all"] })).not.toThrow();
  expect(() => ruleOf({ direction: "ingress", from: { ranges: ["0.0.0.0/0"] }, deny: ["all"] })).not.toThrow();
  expect(() => ruleOf({ direction: "egress", to: "anywhere", allow: ["tcp:22"] })).not.toThrow();
  expect(() => ruleOf({ direction: "egress", to: { ranges: ["0.0.0.0/0"] }, allow: ["tcp:443"] })).not.toThrow();
  expect(() => ruleOf({ direction: "ingress", from: { ranges: ["10.0.0.0/8"] }, allow: ["tcp:22"] })).not.toThrow();
});

test("a rule that lets administrators in from anywhere says why", () => {
  const stack = aStack();
  withoutRule(stack, "from-administers", "a honeypot");
  expect(
    () =>
      new FirewallRule(stack, "ssh", {
        network: net(stack),
        direction: "ingress",
        allow: ["tcp:22"],
        from: "anywhere",
      }),
  ).not.toThrow();
});

const mixed = (stack: ReturnType<typeof aStack>, network: Network, account: ServiceAccount) => {
  const common = { network, direction: "ingress", allow: ["tcp:443"] } as const;
  // @ts-expect-error -- machines by tags, and whom they let in by accounts
  new FirewallRule(stack, "a", { ...common, from: { accounts: [account] }, to: { tags: ["api"] } });
  // @ts-expect-error -- the other way round
  new FirewallRule(stack, "b", { ...common, from: { tags: ["api"] }, to: { accounts: [account] } });
  // @ts-expect-error -- what goes out goes to addresses
  new FirewallRule(stack, "c", { network, direction: "egress", allow: ["tcp:443"], to: { tags: ["api"] } });
  // @ts-expect-error -- a rule allows or denies
  new FirewallRule(stack, "d", { network, direction: "ingress", from: "anywhere" });
  // @ts-expect-error -- no such protocol has ports
  new FirewallRule(stack, "e", { ...common, from: "anywhere", allow: ["icmp:8"] });
};

test("tags and accounts do not mix in a rule", () => {
  expect(mixed).toBeTypeOf("function");
});

const tags = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`);

test("as many tags, accounts and machines as a rule may name", () => {
  expect(() =>
    ruleOf({ direction: "ingress", allow: ["all"], from: { tags: tags(30) }, to: { tags: tags(70) } }),
  ).not.toThrow();
  const stack = aStack();
  const accounts = Array.from({ length: 10 }, (_, index) => new ServiceAccount(stack, `account-${index}`));
  const rule = {
    network: net(stack),
    direction: "ingress",
    allow: ["all"],
    from: { accounts },
    to: { accounts },
  } as const;
  expect(() => new FirewallRule(stack, "rule", rule)).not.toThrow();
});

test.each<[object, string]>([
  [{ allow: [] }, 'allow is empty: say what, as in "tcp:443" or "all"'],
  [{ allow: undefined, deny: ["tcp:70000"] }, "ports are 0 to 65535"],
  [{ allow: ["tcp:80-70000"] }, 'allow has "tcp:80-70000": ports are 0 to 65535'],
  [{ allow: ["tcp:443-80"] }, 'allow has "tcp:443-80", whose ports end before they begin'],
  [{ priority: 65_536 }, "priority is 65536: Compute Engine takes 0 to 65535"],
  [{ from: { ranges: ["10.0.0.1/8"] } }, 'from.ranges is "10.0.0.1/8": a range of /8 begins at a multiple of its size'],
  [
    { direction: "egress", from: undefined, to: { ranges: ["10.0.0.1/8"] } },
    'to.ranges is "10.0.0.1/8": a range of /8 begins at a multiple of its size',
  ],
  [{ from: { tags: [] } }, "from names nobody: the rule would be for none"],
  [{ direction: "egress", from: undefined, to: { ranges: [] } }, "to names nobody: the rule would be for none"],
  [
    { from: { tags: Array.from({ length: 31 }, (_, index) => `t${index}`) } },
    "it names 31 tags of whom it is from: Compute Engine takes at most 30 in a rule",
  ],
  [
    { to: { tags: Array.from({ length: 71 }, (_, index) => `t${index}`) } },
    "it names 71 tags of machines: Compute Engine takes at most 70 in a rule",
  ],
  [{ to: { tags: ["A"] } }, 'there is a tag "A": Compute Engine takes 1 to 63 lower-case letters'],
  [
    { to: { tags: [] } },
    "the machines that it is for are an empty list: leave it away, and it is for all of the network",
  ],
  [
    { from: { ranges: ["::/0"] } },
    'from.ranges has "::/0", which is the whole internet: write from: "anywhere" if it is meant',
  ],
  [
    { from: "anywhere", allow: ["tcp:20-25"] },
    'allow has "tcp:20-25" from anywhere: it lets the internet in to SSH or RDP. Let in "35.235.240.0/20", which is Identity-Aware Proxy',
  ],
])("a rule with %j is not valid", (props, says) => {
  const rule = { direction: "ingress", allow: ["tcp:443"], from: { ranges: ["10.0.0.0/8"] }, ...props };
  if ("deny" in rule) delete (rule as { allow?: unknown }).allow;
  expect(messageOf(() => ruleOf(rule))).toContain(says);
});

test("accounts of whom a rule is from, and of machines, are counted", () => {
  const stack = aStack();
  const accounts = Array.from({ length: 11 }, (_, index) => new ServiceAccount(stack, `account-${index}`));
  const common = { network: net(stack), direction: "ingress", allow: ["tcp:443"] } as const;
  expect(messageOf(() => new FirewallRule(stack, "a", { ...common, from: { accounts } }))).toContain(
    "it names 11 accounts of whom it is from: Compute Engine takes at most 10 in a rule",
  );
  expect(messageOf(() => new FirewallRule(stack, "b", { ...common, from: "anywhere", to: { accounts } }))).toContain(
    "it names 11 accounts of machines: Compute Engine takes at most 10 in a rule",
  );
});
