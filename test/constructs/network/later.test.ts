/** What is known only at apply is for whoever applies it. */
import { TerraformVariable, Token } from "cdktf";
import { expect, test } from "vitest";
import type { GcpStack } from "../../../constructs/core/stack";
import { CloudNat } from "../../../constructs/network/cloud-nat";
import { FirewallRule } from "../../../constructs/network/firewall-rule";
import type { Traffic } from "../../../constructs/network/firewall-traffic";
import { GoogleApisEndpoint } from "../../../constructs/network/google-apis-endpoint";
import { Network } from "../../../constructs/network/network";
import { PrivateServices } from "../../../constructs/network/private-services";
import { Subnet } from "../../../constructs/network/subnet";
import { VpcConnector } from "../../../constructs/network/vpc-connector";
import { expectRefused } from "../../../constructs/testing/expect";
import { Template } from "../../../constructs/testing/template";
import { aStack, messageOf } from "../support";
import { net } from "./examples";

interface Later {
  readonly text: string;
  readonly number: number;
}

const builds: readonly ((stack: GcpStack, network: Network, later: Later) => unknown)[] = [
  (stack, _, { text, number }) => new Network(stack, "a", { name: text, range: text, mtu: number }),
  (stack, _, { text }) => new Network(stack, "b", { secondaryRanges: { Pods: text } }),
  (stack, _, { number }) => new Network(stack, "c", { flowLogs: { sampling: number } }),
  (stack, _, { number }) => new Network(stack, "d", { nat: { addresses: 1, ports: { minimum: number } } }),
  (stack, _, { text }) => new Network(stack, "e", { range: text }).egress({ tags: [text] }),
  (stack, network, { text }) => new Subnet(stack, "f", { network, name: text, range: text, region: text }).egress(),
  (stack, network, { text, number }) =>
    new CloudNat(stack, "g", { network, name: text, region: text, ports: { minimum: 1, maximum: number } }),
  (stack, network, { text, number }) =>
    new FirewallRule(stack, "h", {
      name: text,
      network,
      direction: "ingress",
      allow: [text as Traffic],
      priority: number,
      from: { ranges: [text], tags: [text] },
      to: { tags: [text] },
    }),
  (stack, network, { text }) =>
    new FirewallRule(stack, "i", { network, direction: "ingress", allow: [text as Traffic], from: "anywhere" }),
  (stack, network, { text, number }) =>
    new VpcConnector(stack, "j", {
      network,
      name: text,
      region: text,
      range: text,
      size: { instances: { minimum: number, maximum: number } },
    }),
  (stack, _, { text }) => new VpcConnector(stack, "k", { subnet: { name: text, project: text, range: text } }),
  (stack, network, { text }) => new GoogleApisEndpoint(stack, "l", { network, name: text, address: text }),
  (stack, network, { text }) => new PrivateServices(stack, "m", { network, name: text, range: "10.100.0.0/16" }),
];

test.each(builds.map((build, index) => [index, build] as const))(
  "what is known only at apply passes (%i)",
  (_, build) => {
    const stack = aStack();
    const text = new TerraformVariable(stack, "later", {}).stringValue;
    expect(() => build(stack, net(stack), { text, number: Token.asNumber(text) })).not.toThrow();
    expect(() => Template.fromStack(stack)).not.toThrow();
  },
);

test("what addresses are called by, and what is taken apart, is text", () => {
  const stack = aStack();
  const network = net(stack);
  const later = new TerraformVariable(stack, "later", {}).stringValue;
  expectRefused(() => new PrivateServices(stack, "a", { network, range: later }), "range-form");
  expectRefused(
    () => new GoogleApisEndpoint(stack, "b", { network, address: "10.255.0.2", domains: [later] }),
    "domains-form",
  );
});

test("lengths of time are text", () => {
  const stack = aStack();
  const later = new TerraformVariable(stack, "later", {}).stringValue as "30s";
  expect(messageOf(() => new Network(stack, "net", { nat: { timeouts: { udp: later } } }))).toContain(
    "timeouts.udp is known only when the stack is applied",
  );
});
