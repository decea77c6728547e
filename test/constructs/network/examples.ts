import * as fc from "fast-check";
import type { Construct } from "constructs";
import { CloudNat, type CloudNatProps } from "../../../constructs/network/cloud-nat";
import { GoogleApisEndpoint, type GoogleApisEndpointProps } from "../../../constructs/network/google-apis-endpoint";
import { Network, type NetworkProps } from "../../../constructs/network/network";
import { PrivateServices, type PrivateServicesProps } from "../../../constructs/network/private-services";
import { Subnet, type SubnetProps } from "../../../constructs/network/subnet";
import { VpcConnector, type VpcConnectorProps } from "../../../constructs/network/vpc-connector";
import type { Examples } from "../examples";
import { duration, maybe } from "../support";
import { firewallRule } from "./firewall-examples";
import { cloudNatFaults, flowLogFaults, natFaults } from "./shared-faults";

export const net = (scope: Construct): Network => new Network(scope, "net");

const bits = (low: number, high: number) => fc.integer({ min: low, max: high });

const flowLogs = fc.oneof(
  fc.boolean(),
  fc.record({
    interval: maybe(fc.constantFrom("5s", "30s", "1m", "5m", "10m", "15m")),
    sampling: maybe(fc.double({ min: 0.01, max: 1, noNaN: true })),
    metadata: maybe(fc.constantFrom("all" as const, "none" as const, ["src_instance", "dest_vpc"])),
    filter: maybe(fc.constant("connection.dest_port == 443")),
  }),
);

const subnetOptions = {
  secondaryRanges: maybe(fc.constant({ pods: "10.128.0.0/14", services: "10.132.0.0/20" })),
  privateGoogleAccess: maybe(fc.boolean()),
  flowLogs: maybe(flowLogs),
};

const timeout = maybe(duration("1s", "24855d"));
const natOptions = {
  addresses: maybe(bits(1, 4)),
  ports: maybe(
    fc.oneof(
      fc.record({ minimum: maybe(bits(2, 57_344)) }),
      bits(5, 15).chain((low) =>
        fc.record({ minimum: fc.constant(2 ** low), maximum: bits(low + 1, 16).map((high) => 2 ** high) }),
      ),
      fc.record({ maximum: bits(6, 16).map((high) => 2 ** high) }),
    ),
  ),
  timeouts: maybe(
    fc.record({ udp: timeout, icmp: timeout, tcpEstablished: timeout, tcpTransitory: timeout, tcpTimeWait: timeout }),
  ),
  ranges: maybe(fc.constantFrom("all", "primary")),
  log: maybe(fc.constantFrom("errors", "translations", "all", "none")),
};

const subnet = (props: Partial<SubnetProps> & { readonly name?: string }) => (stack: Construct) =>
  new Subnet(stack, "subnet", { network: net(stack), range: "10.20.0.0/20", ...props });

const connector = (props: object) => (stack: Construct) =>
  new VpcConnector(stack, "connector", { network: net(stack), range: "10.8.0.0/28", ...props });

const endpoint = (props: Partial<GoogleApisEndpointProps>) => (stack: Construct) =>
  new GoogleApisEndpoint(stack, "gapis", { network: net(stack), address: "10.255.0.2", ...props });

const services = (props: Partial<PrivateServicesProps>) => (stack: Construct) =>
  new PrivateServices(stack, "services", { network: net(stack), range: "10.100.0.0/16", ...props });

const badNames = ["", "Net", "1net", "net-", "a_b", "a.b", "x".repeat(64)];
const badRanges = [
  "10.10.0.0",
  "10.10.0.300/24",
  "10.10.0.0/33",
  "10.10.0.0/30",
  "8.0.0.0/3",
  "10.10.7.1/20",
  "127.0.0.0/16",
  "112.0.0.0/4",
];
const badTags = [["A"], ["a_b"], [""], Array.from({ length: 65 }, (_, index) => `t${index}`)];

export const examples = {
  Network: {
    minimal: (stack) => {
      const network = new Network(stack, "net");
      network.egress();
      return network;
    },
    maximal: (stack) => {
      const all: Required<NetworkProps> = {
        name: "net",
        range: "10.20.0.0/24",
        secondaryRanges: { pods: "10.128.0.0/14" },
        privateGoogleAccess: false,
        flowLogs: { interval: "1m", sampling: 0.1, metadata: ["src_instance"], filter: "true" },
        nat: {
          addresses: 2,
          ports: { minimum: 64, maximum: 4096 },
          timeouts: { udp: "10s", icmp: "11s", tcpEstablished: "1h", tcpTransitory: "12s", tcpTimeWait: "13s" },
          ranges: "primary",
          log: "translations",
        },
        routing: "global",
        mtu: 8896,
        internetRoute: true,
        description: "where workers are",
        overrides: { timeouts: { create: "10m" } },
      };
      const network = new Network(stack, "network", all);
      network.egress({ traffic: "all", tags: ["workers"] });
      return network;
    },
    random: fc
      .record({
        ...subnetOptions,
        range: maybe(fc.constantFrom("10.0.0.0/20", "192.168.0.0/24", "100.64.0.0/10", "172.16.0.8/29")),
        nat: maybe(fc.oneof(fc.boolean(), fc.record(natOptions))),
        routing: maybe(fc.constantFrom("regional", "global")),
        mtu: maybe(fc.integer({ min: 1300, max: 8896 })),
        description: maybe(fc.stringMatching(/^[a-z ]*$/)),
      })
      .map((props) => (scope, name) => new Network(scope, name, props)),
    faults: {
      "name-form": [...badNames, "x".repeat(41)].map((name) => (stack) => new Network(stack, "net", { name })),
      "range-form": badRanges.map((range) => (stack) => new Network(stack, "net", { range })),
      "secondaryRanges-form": [
        ["Pods", "10.128.0.0/14"],
        ["pods", "10.128.0.1/14"],
        ["pods", ""],
      ].map(
        ([name = "", range = ""]) =>
          (stack) =>
            new Network(stack, "net", { secondaryRanges: { [name]: range } }),
      ),
      "flowLogs-range": flowLogFaults.map((flow) => (stack) => new Network(stack, "net", { flowLogs: flow })),
      ...natFaults((nat) => (stack) => new Network(stack, "net", { nat })),
      "nat-route": [(stack) => new Network(stack, "net", { nat: true, internetRoute: false })],
      "mtu-range": [1299, 8897, 1500.5].map((mtu) => (stack) => new Network(stack, "net", { mtu })),
      "egress-range": [(stack) => new Network(stack, "net", { range: "10.0.0.0/27" }).egress()],
      "tags-form": badTags.map((tags) => (stack) => net(stack).egress({ tags })),
    },
  },
  Subnet: {
    minimal: (stack) => {
      const made = new Subnet(stack, "workers", { network: net(stack), range: "10.20.0.0/20" });
      made.egress();
      return made;
    },
    maximal: (stack) => {
      const all: Required<SubnetProps> = {
        name: "us",
        network: Network.fromName(stack, { network: "hub", subnetwork: "eu" }),
        range: "10.20.0.0/26",
        secondaryRanges: { pods: "10.128.0.0/14" },
        privateGoogleAccess: false,
        flowLogs: true,
        region: "us-central1",
        description: "where workers are",
        overrides: { timeouts: { create: "10m" } },
      };
      const made = new Subnet(stack, "subnet", all);
      made.egress({ tags: ["workers"] });
      return made;
    },
    random: fc
      .record({ ...subnetOptions, region: maybe(fc.constantFrom("europe-west1", "us-east4")) })
      .map((props) => (scope, name) => {
        const network = new Network(scope, `${name}-net`);
        return new Subnet(scope, name, { ...props, network, range: "192.168.0.0/20" });
      }),
    faults: {
      "name-form": badNames.map((name) => subnet({ name })),
      "range-form": badRanges.map((range) => subnet({ range })),
      "secondaryRanges-form": [subnet({ secondaryRanges: { a_b: "10.128.0.0/14" } })],
      "flowLogs-range": flowLogFaults.map((flow) => subnet({ flowLogs: flow })),
      "region-form": ["EU", "europe-west1-b", ""].map((region) => subnet({ region })),
      "egress-range": [(stack) => subnet({ range: "10.20.0.0/27" })(stack).egress()],
      "tags-form": badTags.map((tags) => (stack) => subnet({})(stack).egress({ tags })),
    },
  },
  CloudNat: {
    minimal: (stack) => new CloudNat(stack, "out", { network: net(stack) }),
    maximal: (stack) => {
      const all: Required<CloudNatProps> = {
        name: "out",
        network: net(stack),
        region: "us-central1",
        addresses: 1,
        ports: { minimum: 128 },
        timeouts: { udp: "10s" },
        ranges: "all",
        log: "none",
        overrides: { autoNetworkTier: "PREMIUM" },
      };
      return new CloudNat(stack, "nat", all);
    },
    random: fc
      .record({ ...natOptions, region: maybe(fc.constantFrom("europe-west1", "us-east4")) })
      .map(
        (props) => (scope, name) => new CloudNat(scope, name, { ...props, network: new Network(scope, `${name}-n`) }),
      ),
    faults: cloudNatFaults((props) => (stack) => new CloudNat(stack, "out", { network: net(stack), ...props })),
  },
  FirewallRule: firewallRule,
  VpcConnector: {
    minimal: (stack) => new VpcConnector(stack, "connector", { network: net(stack), range: "10.8.0.0/28" }),
    maximal: (stack) => {
      const all: Required<VpcConnectorProps> = {
        name: "connector",
        region: "us-central1",
        subnet: new Subnet(stack, "connectors", { network: net(stack), range: "10.8.0.0/28", region: "us-central1" }),
        machineType: "e2-standard-4",
        size: { instances: { minimum: 3, maximum: 10 } },
        overrides: { timeouts: { create: "30m" } },
      };
      return new VpcConnector(stack, "c", all);
    },
    random: fc
      .oneof(
        fc.record({
          machineType: maybe(fc.constantFrom("f1-micro", "e2-micro", "e2-standard-4")),
          size: maybe(
            bits(2, 9).chain((minimum) =>
              fc.record({ instances: fc.record({ minimum: fc.constant(minimum), maximum: bits(minimum + 1, 10) }) }),
            ),
          ),
        }),
        fc.record({
          machineType: maybe(fc.constant("e2-micro" as const)),
          size: bits(2, 9).chain((low) =>
            fc.record({
              throughput: fc.record({
                minimum: fc.constant(low * 100),
                maximum: bits(low + 1, 10).map((high) => high * 100),
              }),
            }),
          ),
        }),
      )
      .map((props) => (scope, name) => {
        const network = new Network(scope, `${name}-net`);
        return new VpcConnector(scope, name, { ...props, network, range: "10.8.0.0/28" });
      }),
    faults: {
      "name-form": ["", "Con", "1con", "con-", "a_b", "x".repeat(21), "a-b-c-d-e-f-g-h"].map((name) =>
        connector({ name }),
      ),
      "region-form": [connector({ region: "EU" })],
      "range-form": ["10.8.0.0/27", "10.8.0.0/29", "10.8.0.1/28", "10.8.0.0"].map((range) => connector({ range })),
      "subnet-region": [
        (stack) =>
          new VpcConnector(stack, "connector", {
            subnet: new Subnet(stack, "us", { network: net(stack), range: "10.8.0.0/28", region: "us-central1" }),
          }),
      ],
      "size-range": [
        { instances: { minimum: 1, maximum: 3 } },
        { instances: { minimum: 2, maximum: 11 } },
        { instances: { minimum: 3, maximum: 3 } },
        { instances: { minimum: 2, maximum: 3.5 } },
        { throughput: { minimum: 100, maximum: 300 } },
        { throughput: { minimum: 200, maximum: 1100 } },
        { throughput: { minimum: 250, maximum: 300 } },
        { throughput: { minimum: 300, maximum: 300 } },
      ].map((size) => connector({ size })),
      "size-machines": [connector({ machineType: "f1-micro", size: { throughput: { minimum: 200, maximum: 300 } } })],
    },
  },
  GoogleApisEndpoint: {
    minimal: (stack) => new GoogleApisEndpoint(stack, "gapis", { network: net(stack), address: "10.255.0.2" }),
    maximal: (stack) => {
      const all: Required<GoogleApisEndpointProps> = {
        name: "gapis",
        network: net(stack),
        address: "10.255.0.2",
        services: "vpc-sc",
        domains: ["run.app"],
        overrides: { noAutomateDnsZone: true },
      };
      return new GoogleApisEndpoint(stack, "endpoint", all);
    },
    random: fc
      .record({
        services: maybe(fc.constantFrom("all", "vpc-sc")),
        domains: maybe(fc.subarray(["googleapis.com", "gcr.io", "run.app", "accounts.google.com"])),
      })
      .map((props) => (scope, id) => {
        const network = new Network(scope, `${id}-net`);
        return new GoogleApisEndpoint(scope, id, {
          ...props,
          network,
          address: "10.255.0.2",
          name: id.replace("-", ""),
        });
      }),
    faults: {
      "name-form": ["", "Apis", "1apis", "google-apis", "x".repeat(21)].map((name) => endpoint({ name })),
      "address-form": ["", "10.255.0", "10.255.0.2/32", "10.255.0.256"].map((address) => endpoint({ address })),
      "domains-form": ["googleapis.com.", "*.googleapis.com", "com", ""].map((domain) =>
        endpoint({ domains: [domain] }),
      ),
    },
  },
  PrivateServices: {
    minimal: (stack) => new PrivateServices(stack, "services", { network: net(stack), range: "10.100.0.0/16" }),
    maximal: (stack) => {
      const all: Required<PrivateServicesProps> = {
        name: "services",
        network: Network.fromName(stack, { network: "hub", subnetwork: "eu", project: "acme-hub" }),
        range: "10.100.0.0/24",
        overrides: { updateOnCreationFail: true },
      };
      return new PrivateServices(stack, "private", all);
    },
    random: bits(8, 24).map((size) => (scope, name) => {
      const network = new Network(scope, `${name}-net`, { range: "192.168.0.0/24" });
      return new PrivateServices(scope, name, { network, range: `10.0.0.0/${size}` });
    }),
    faults: {
      "name-form": badNames.map((name) => services({ name })),
      "range-form": ["10.100.0.0", "10.100.0.0/25", "10.0.0.0/7", "10.100.0.1/16"].map((range) => services({ range })),
    },
  },
} satisfies Examples;
