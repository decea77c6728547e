import { Testing } from "cdktf";
import { expect, test } from "vitest";
import { CloudRunService } from "../../../constructs/cloud-run/cloud-run-service";
import { ContainerImage } from "../../../constructs/core/image";
import { GcpStack } from "../../../constructs/core/stack";
import { plainText } from "../../../constructs/core/uses";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { CloudNat } from "../../../constructs/network/cloud-nat";
import { vpcAccess, type VpcEgress } from "../../../constructs/network/egress";
import { Network } from "../../../constructs/network/network";
import { PrivateServices } from "../../../constructs/network/private-services";
import { GoogleApisEndpoint } from "../../../constructs/network/google-apis-endpoint";
import { Subnet, type SubnetProps } from "../../../constructs/network/subnet";
import { VpcConnector } from "../../../constructs/network/vpc-connector";
import { withoutRule } from "../../../constructs/core/rules";
import { Template } from "../../../constructs/testing/template";
import { aStack, IMAGE, messageOf, settings, templateOf } from "../support";
import { examples, net } from "./examples";

test("a subnet of which nothing is said is in the stack's region and reaches Google's services", () => {
  expect(templateOf(examples.Subnet.minimal).resource("google_compute_subnetwork.workers")).toEqual({
    name: "workers",
    network: "${google_compute_network.net.name}",
    region: "europe-west1",
    ip_cidr_range: "10.20.0.0/20",
    private_ip_google_access: true,
    depends_on: ["time_sleep.apis"],
  });
});

test("a subnet of which all is said", () => {
  expect(templateOf(examples.Subnet.maximal, { prefix: "alice" }).resource("google_compute_subnetwork.us")).toEqual({
    name: "alice-us",
    network: "hub",
    region: "us-central1",
    ip_cidr_range: "10.20.0.0/26",
    description: "where workers are",
    secondary_ip_range: [{ range_name: "pods", ip_cidr_range: "10.128.0.0/14" }],
    private_ip_google_access: false,
    log_config: { aggregation_interval: "INTERVAL_10_MIN", flow_sampling: 0.5 },
    timeouts: { create: "10m" },
    depends_on: ["time_sleep.apis"],
  });
});

test("a subnet stands for its network where workers are placed", () => {
  const stack = aStack();
  const us = new Subnet(stack, "us", { network: net(stack), range: "10.20.0.0/20", region: "us-central1" });
  expect([us.network, us.path, us.subnetwork].map((text) => plainText(text, stack))).toEqual([
    "${google_compute_network.net.name}",
    "${google_compute_network.net.id}",
    "regions/us-central1/subnetworks/${google_compute_subnetwork.us.name}",
  ]);
  expect(us).toMatchObject({ fullName: "projects/acme-dev/global/networks/net", region: "us-central1" });
});

test("who shall put machines into a subnet is granted that on the subnet", () => {
  const template = templateOf((stack) => {
    new Subnet(stack, "us", { network: net(stack), range: "10.20.0.0/20", region: "us-central1" }).grantUse(
      new ServiceAccount(stack, "worker"),
    );
  });
  expect(template.resource("google_compute_subnetwork_iam_member.us-compute-networkUser-worker")).toMatchObject({
    role: "roles/compute.networkUser",
    subnetwork: "${google_compute_subnetwork.us.name}",
    region: "us-central1",
    project: "acme-dev",
  });
});

test("what has no machines sends private addresses through the network, or all, with its tags", () => {
  const stack = aStack();
  const network = net(stack);
  const plain = (egress: VpcEgress) =>
    JSON.parse(plainText(JSON.stringify(vpcAccess(stack, egress)), stack)) as unknown;
  const subnetwork = "projects/acme-dev/regions/europe-west1/subnetworks/${google_compute_subnetwork.net.name}";
  expect(plain(network.egress())).toEqual({
    egress: "PRIVATE_RANGES_ONLY",
    networkInterfaces: [{ network: "${google_compute_network.net.name}", subnetwork }],
  });
  expect(plain(network.egress({ traffic: "all", tags: ["api"] }))).toEqual({
    egress: "ALL_TRAFFIC",
    networkInterfaces: [{ network: "${google_compute_network.net.name}", subnetwork, tags: ["api"] }],
  });
  const us = new Subnet(stack, "us", { network, range: "10.20.0.0/20", region: "us-central1" });
  expect(plain(us.egress({ tags: ["api"] }))).toMatchObject({
    networkInterfaces: [
      {
        subnetwork: "projects/acme-dev/regions/us-central1/subnetworks/${google_compute_subnetwork.us.name}",
        tags: ["api"],
      },
    ],
  });
  const theirs = Network.fromName(stack, { network: "hub", subnetwork: "eu", project: "acme-hub" });
  expect(plain(theirs.egress({ tags: ["api"] }))).toEqual({
    egress: "PRIVATE_RANGES_ONLY",
    networkInterfaces: [
      {
        network: "projects/acme-hub/global/networks/hub",
        subnetwork: "projects/acme-hub/regions/europe-west1/subnetworks/eu",
        tags: ["api"],
      },
    ],
  });
  const ours = Network.fromName(stack, { network: "hub", subnetwork: "eu" });
  expect(plain(ours.egress())).toMatchObject({
    networkInterfaces: [{ network: "hub", subnetwork: "projects/acme-dev/regions/europe-west1/subnetworks/eu" }],
  });
  expect(messageOf(() => ours.egress({ tags: ["A"] }))).toContain('tags has "A"');
});

const sized = (range: string) => new Network(aStack(), "net", { range });

test("Cloud Run takes no addresses of a subnet that is too small, and no more tags than there may be", () => {
  expect(messageOf(() => sized("10.0.0.0/27").egress())).toContain(
    'range is "10.0.0.0/27": Cloud Run takes addresses of subnets of /26 and larger. Give it a larger one, or a VpcConnector',
  );
  expect(() => sized("10.0.0.0/26").egress()).not.toThrow();
  const tags = Array.from({ length: 65 }, (_, index) => `t${index}`);
  expect(messageOf(() => sized("10.0.0.0/26").egress({ tags }))).toContain(
    "tags has 65 tags: Compute Engine takes at most 64",
  );
  expect(() => sized("10.0.0.0/26").egress({ tags: tags.slice(1) })).not.toThrow();
  expect(messageOf(() => sized("10.0.0.0/26").egress({ tags: ["A"] }))).toContain(
    'tags has "A": Compute Engine takes 1 to 63 lower-case letters, digits and hyphens, a letter first',
  );
});

test.each<[string, (stack: GcpStack) => VpcEgress]>([
  [
    "subnet",
    (stack) => new Subnet(stack, "us", { network: net(stack), range: "10.20.0.0/20", region: "us-central1" }).egress(),
  ],
  [
    "connector",
    (stack) => {
      const place = { network: net(stack), range: "10.8.0.0/28", region: "us-central1" };
      return new VpcConnector(stack, "connector", place).egress();
    },
  ],
])("what sends through a %s of another region is told so", (_, egress) => {
  const stack = aStack();
  new CloudRunService(stack, "api", { image: ContainerImage.fromRegistry(IMAGE), egress: egress(stack) });
  expect(messageOf(() => Template.fromStack(stack))).toContain(
    "test/api: it is in europe-west1 and its way into the network in us-central1: give it a subnet or a connector of europe-west1 [egress-region]",
  );
});

test("what sends from its own region does so", () => {
  const stack = aStack();
  const network = net(stack);
  const ways: VpcEgress[] = [
    network.egress(),
    Network.fromName(stack, { network: "hub", subnetwork: "eu" }).egress(),
    new Subnet(stack, "more", { network, range: "10.20.0.0/20" }).egress(),
    new VpcConnector(stack, "connector", { network, range: "10.8.0.0/28" }).egress(),
    VpcConnector.fromName(stack, "theirs", { name: "hub" }).egress(),
    { connector: "projects/p/locations/l/connectors/c", traffic: "all" },
  ];
  for (const [index, egress] of ways.entries()) {
    new CloudRunService(stack, `api-${index}`, { image: ContainerImage.fromRegistry(IMAGE), egress });
  }
  expect(ways.map(({ region }) => region)).toEqual([...Array<string>(5).fill("europe-west1"), undefined]);
  expect(() => Template.fromStack(stack)).not.toThrow();
});

test("a way out of another region", () => {
  const template = templateOf(examples.CloudNat.maximal, { prefix: "alice" });
  expect(template.resource("google_compute_router_nat.out")).toEqual({
    name: "alice-out",
    router: "${google_compute_router.out.name}",
    region: "us-central1",
    nat_ip_allocate_option: "MANUAL_ONLY",
    nat_ips: ["${google_compute_address.out-0.self_link}"],
    source_subnetwork_ip_ranges_to_nat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
    min_ports_per_vm: 128,
    udp_idle_timeout_sec: 10,
    log_config: { enable: false, filter: "ERRORS_ONLY" },
    auto_network_tier: "PREMIUM",
    depends_on: ["time_sleep.apis"],
  });
  expect(template.resource("google_compute_router.out")).toMatchObject({
    name: "alice-out",
    network: "${google_compute_network.net.name}",
    region: "us-central1",
  });
  const stack = aStack();
  const { addresses, router } = new CloudNat(stack, "out", { network: net(stack), addresses: 1, log: "all" });
  expect(addresses.map((address) => plainText(address, stack))).toEqual(["${google_compute_address.out-0.address}"]);
  expect(router.regionInput).toBe("europe-west1");
});

test("two parts of a network may not have one address, whatever they are", () => {
  const stack = aStack();
  const network = new Network(stack, "net", { range: "10.0.0.0/16", secondaryRanges: { pods: "10.2.0.0/16" } });
  new Subnet(stack, "inside", { network, range: "10.0.4.0/24" });
  new Subnet(stack, "pods-too", { network, range: "10.1.0.0/20", secondaryRanges: { pods: "10.2.4.0/24" } });
  new VpcConnector(stack, "connector", { network, range: "10.0.5.0/28" });
  new PrivateServices(stack, "services", { network, range: "10.2.128.0/17" });
  new GoogleApisEndpoint(stack, "gapis", { network, address: "10.1.0.9" });
  const says = messageOf(() => Template.fromStack(stack));
  expect(says.split("\n").filter((line) => line.includes("range-overlap")).length).toBe(5);
  for (const sentence of [
    "test/inside: subnet inside has 10.0.4.0/24, which overlaps 10.0.0.0/16 of network net: in projects/acme-dev/global/networks/net an address is one thing's [range-overlap]",
    "test/connector: connector connector has 10.0.5.0/28, which overlaps 10.0.0.0/16 of network net",
    "test/pods-too: subnet pods-too (pods) has 10.2.4.0/24, which overlaps 10.2.0.0/16 of network net (pods)",
    "test/services: private services services has 10.2.128.0/17, which overlaps 10.2.0.0/16 of network net (pods)",
    "test/gapis: endpoint gapis has 10.1.0.9/32, which overlaps 10.1.0.0/20 of subnet pods-too",
  ]) {
    expect(says).toContain(sentence);
  }
});

test("parts of two networks may have one address, and parts side by side have none in common", () => {
  expect(() =>
    templateOf((stack) => {
      const network = new Network(stack, "net", { range: "10.0.0.0/16" });
      new Network(stack, "other", { range: "10.0.0.0/16" });
      new Subnet(stack, "next", { network, range: "10.1.0.0/16" });
      new Subnet(stack, "connectors", { network, range: "10.2.0.0/28" });
    }),
  ).not.toThrow();
});

test("a network that two stages make alike is one, and no overlap of two", () => {
  const app = Testing.app();
  const stages = ["one", "two"].map((id) => new GcpStack(app, id, settings));
  for (const stage of stages) new Subnet(stage, "us", { network: net(stage), range: "10.20.0.0/20" });
  for (const stage of stages) expect(() => Template.fromStack(stage)).not.toThrow();
});

test("a subnet of another stack is seen beside the network's own, and a waiver is heard", () => {
  const app = Testing.app();
  const network = new Network(new GcpStack(app, "hub", settings), "net");
  const stack = new GcpStack(app, "spoke", settings);
  const spoke = new Subnet(stack, "spoke", { network, range: "10.10.0.0/24" });
  expect(messageOf(() => Template.fromStack(stack))).toContain("overlaps 10.10.0.0/20 of network net");
  withoutRule(spoke, "range-overlap", "the network is made anew tonight");
  expect(Template.fromStack(stack).resource("google_compute_subnetwork.spoke")["network"]).toBe(
    "projects/acme-dev/global/networks/net",
  );
});

test.each<[Partial<SubnetProps>, string]>([
  [{ name: "A" }, 'name is "A": Compute Engine takes 1 to 63 lower-case letters, digits and hyphens, a letter first'],
  [{ region: "EU" }, 'region is "EU": Compute Engine has regions such as "europe-west1"'],
  [
    { range: "10.0.0.1/8" },
    'range is "10.0.0.1/8": a range of /8 begins at a multiple of its size, as "10.0.0.0/8" does',
  ],
])("a subnet with %j is not valid", (props, says) => {
  const stack = aStack();
  expect(
    messageOf(() => new Subnet(stack, "subnet", { network: net(stack), range: "10.0.0.0/8", ...props })),
  ).toContain(says);
});
