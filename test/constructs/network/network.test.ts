import * as fc from "fast-check";
import { expect, test } from "vitest";
import { plainText } from "../../../constructs/core/uses";
import { Network, type NetworkProps } from "../../../constructs/network/network";
import { addressOutside, overlaps } from "../../../constructs/network/range";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";

test("a network reaches Google's services without public addresses and lets Dataflow's workers talk", () => {
  const template = templateOf(examples.Network.minimal);
  expect(template.resource("google_compute_network.net")).toEqual({
    name: "net",
    auto_create_subnetworks: false,
    depends_on: ["time_sleep.apis"],
  });
  expect(template.resource("google_compute_subnetwork.net")).toEqual({
    name: "net-europe-west1",
    network: "${google_compute_network.net.id}",
    region: "europe-west1",
    ip_cidr_range: "10.10.0.0/20",
    private_ip_google_access: true,
    depends_on: ["time_sleep.apis"],
  });
  expect(template.resource("google_compute_firewall.net-dataflow")).toEqual({
    name: "net-dataflow",
    network: "${google_compute_network.net.id}",
    direction: "INGRESS",
    allow: [{ protocol: "tcp", ports: ["12345-12346"] }],
    source_tags: ["dataflow"],
    target_tags: ["dataflow"],
    depends_on: ["time_sleep.apis"],
  });
  expect(template.allResources("google_compute_router")).toEqual({});
});

test("a network of which all is said", () => {
  const template = templateOf(examples.Network.maximal, { prefix: "alice" });
  expect(template.resource("google_compute_network.net")).toEqual({
    name: "alice-net",
    auto_create_subnetworks: false,
    routing_mode: "GLOBAL",
    mtu: 8896,
    description: "where workers are",
    timeouts: { create: "10m" },
    depends_on: ["time_sleep.apis"],
  });
  expect(template.resource("google_compute_subnetwork.net")).toEqual({
    name: "alice-net-europe-west1",
    network: "${google_compute_network.net.id}",
    region: "europe-west1",
    ip_cidr_range: "10.20.0.0/24",
    secondary_ip_range: [{ range_name: "pods", ip_cidr_range: "10.128.0.0/14" }],
    private_ip_google_access: false,
    log_config: {
      aggregation_interval: "INTERVAL_1_MIN",
      flow_sampling: 0.1,
      metadata: "CUSTOM_METADATA",
      metadata_fields: ["src_instance"],
      filter_expr: "true",
    },
    depends_on: ["time_sleep.apis"],
  });
  expect(template.resource("google_compute_router.net")).toEqual({
    name: "alice-net",
    network: "${google_compute_network.net.id}",
    region: "europe-west1",
    depends_on: ["time_sleep.apis"],
  });
  expect(template.resource("google_compute_router_nat.net")).toEqual({
    name: "alice-net",
    router: "${google_compute_router.net.name}",
    region: "europe-west1",
    nat_ip_allocate_option: "MANUAL_ONLY",
    nat_ips: ["${google_compute_address.net-0.self_link}", "${google_compute_address.net-1.self_link}"],
    source_subnetwork_ip_ranges_to_nat: "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES",
    min_ports_per_vm: 64,
    max_ports_per_vm: 4096,
    enable_dynamic_port_allocation: true,
    udp_idle_timeout_sec: 10,
    icmp_idle_timeout_sec: 11,
    tcp_established_idle_timeout_sec: 3600,
    tcp_transitory_idle_timeout_sec: 12,
    tcp_time_wait_timeout_sec: 13,
    log_config: { enable: true, filter: "TRANSLATIONS_ONLY" },
    depends_on: ["time_sleep.apis"],
  });
  expect(template.allResources("google_compute_address")).toEqual({
    "net-0": {
      name: "alice-net-0",
      region: "europe-west1",
      address_type: "EXTERNAL",
      lifecycle: { create_before_destroy: true },
      depends_on: ["time_sleep.apis"],
    },
    "net-1": {
      name: "alice-net-1",
      region: "europe-west1",
      address_type: "EXTERNAL",
      lifecycle: { create_before_destroy: true },
      depends_on: ["time_sleep.apis"],
    },
  });
});

test("a way out of which nothing is said has Google's addresses and writes down what was dropped", () => {
  const template = templateOf((stack) => {
    expect(new Network(stack, "net", { nat: true }).addresses).toEqual([]);
  });
  expect(template.resource("google_compute_router_nat.net")).toEqual({
    name: "net",
    router: "${google_compute_router.net.name}",
    region: "europe-west1",
    nat_ip_allocate_option: "AUTO_ONLY",
    source_subnetwork_ip_ranges_to_nat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
    log_config: { enable: true, filter: "ERRORS_ONLY" },
    depends_on: ["time_sleep.apis"],
  });
  expect(template.allResources("google_compute_address")).toEqual({});
});

test("a network without a way out has none, said or not", () => {
  const template = templateOf((stack) => new Network(stack, "net", { nat: false }));
  expect(template.allResources("google_compute_router_nat")).toEqual({});
});

test("others see a network by addresses of its own", () => {
  const stack = aStack();
  const { addresses } = new Network(stack, "net", { nat: { addresses: 1 } });
  expect(addresses.map((address) => plainText(address, stack))).toEqual(["${google_compute_address.net-0.address}"]);
});

test("a sample of what flows is logged, in full and seldom", () => {
  const template = templateOf((stack) => {
    new Network(stack, "net", { flowLogs: true });
    new Network(stack, "all", { flowLogs: { metadata: "all", interval: "5s", sampling: 1 } });
    new Network(stack, "none", { flowLogs: { metadata: "none", filter: "has(${x})" } });
    new Network(stack, "off", { flowLogs: false });
  });
  const logs = Object.entries(template.allResources("google_compute_subnetwork")).map(([name, of]) => [
    name,
    of["log_config"],
  ]);
  expect(Object.fromEntries(logs)).toEqual({
    net: { aggregation_interval: "INTERVAL_10_MIN", flow_sampling: 0.5 },
    all: { aggregation_interval: "INTERVAL_5_SEC", flow_sampling: 1, metadata: "INCLUDE_ALL_METADATA" },
    none: {
      aggregation_interval: "INTERVAL_10_MIN",
      flow_sampling: 0.5,
      metadata: "EXCLUDE_ALL_METADATA",
      filter_expr: "has($${x})",
    },
    off: undefined,
  });
});

test("a network may have no route to the internet", () => {
  const template = templateOf((stack) => new Network(stack, "net", { internetRoute: false, routing: "regional" }));
  expect(template.resource("google_compute_network.net")).toMatchObject({
    delete_default_routes_on_create: true,
    routing_mode: "REGIONAL",
  });
});

test.each<[NetworkProps, string]>([
  [
    { name: "Net" },
    'name is "Net": Compute Engine takes 1 to 40 lower-case letters, digits and hyphens, a letter first',
  ],
  [{ range: "10.10.0.0" }, 'range is "10.10.0.0": write it as "10.10.0.0/20"'],
  [{ range: "10.10.0.300/24" }, 'range is "10.10.0.300/24": write it as'],
  [{ range: "10.10.0.0/30" }, 'range is "10.10.0.0/30": Compute Engine takes subnets from /4 to /29'],
  [
    { range: "10.10.7.1/20" },
    'range is "10.10.7.1/20": a range of /20 begins at a multiple of its size, as "10.10.0.0/20" does',
  ],
  [{ range: "127.1.0.0/16" }, 'range is "127.1.0.0/16", which has addresses of 127.0.0.0/8: those are no subnet\'s'],
  [{ secondaryRanges: { pods: "10.0.0.1/8" } }, 'secondaryRanges.pods is "10.0.0.1/8": a range of /8 begins'],
  [{ secondaryRanges: { Pods: "10.0.0.0/8" } }, 'secondaryRanges has "Pods": Compute Engine takes 1 to 63 lower-case'],
  [{ mtu: 9000 }, "mtu is 9000: Compute Engine takes 1300 to 8896"],
  [{ flowLogs: { sampling: 0 } }, "flowLogs.sampling is 0: Compute Engine takes above 0 and up to 1"],
  [{ flowLogs: { metadata: [] } }, 'flowLogs.metadata is empty: write "none"'],
  [{ nat: true, internetRoute: false }, "internetRoute is false and there is nat, which has nowhere to send"],
  [{ nat: { addresses: 0 } }, "addresses is 0: Cloud NAT takes whole numbers from 1"],
  [{ nat: { ports: { minimum: 1 } } }, "ports.minimum is 1: Cloud NAT takes 2 to 57344"],
  [
    { nat: { ports: { maximum: 100 } } },
    "ports.maximum is 100: with a maximum, Cloud NAT takes powers of two from 32 to 65536",
  ],
  [{ nat: { ports: { minimum: 48, maximum: 64 } } }, "ports.minimum is 48: with a maximum, Cloud NAT takes powers"],
  [{ nat: { ports: { maximum: 32 } } }, "ports.maximum is 32: it has to be above ports.minimum, which is 32"],
  [{ nat: { timeouts: { udp: "0s" } } }, 'timeouts.udp is "0s": Cloud NAT takes 1s to 24855d'],
])("a network with %j is not valid", (props, says) => {
  expect(messageOf(() => new Network(aStack(), "net", props))).toContain(says);
});

test("the range that is proposed in place of a wrong one is right", () => {
  const part = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(part, part, part, part, fc.integer({ min: 4, max: 29 }), (a, b, c, d, bits) => {
      const proposed = /as "([^"]+)"/.exec(addressOutside(`${a}.${b}.${c}.${d}/${bits}`) ?? "")?.[1];
      if (proposed !== undefined) expect(addressOutside(proposed)).toBeUndefined();
    }),
  );
});

test("two ranges overlap where an address is in both", () => {
  const range = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 8 })).map(([last, shift]) => ({
    first: last - (last % 2 ** shift),
    size: 2 ** shift,
    text: `10.0.0.${last}/${32 - shift}`,
  }));
  fc.assert(
    fc.property(range, range, (a, b) => {
      const common = a.first < b.first + b.size && b.first < a.first + a.size;
      expect(overlaps(a.text, b.text)).toBe(common);
    }),
  );
  expect(overlaps("10.0.0.0", "10.0.0.0/8")).toBe(false);
});

test("a network that is there already, and one that another project shares", () => {
  const stack = aStack();
  const ours = Network.fromName(stack, { network: "net", subnetwork: "sub" });
  expect(ours).toEqual({ network: "net", subnetwork: "regions/europe-west1/subnetworks/sub" });
  expect([ours.path, ours.fullName]).toEqual(Array(2).fill("projects/acme-dev/global/networks/net"));
  const theirs = Network.fromName(stack, { network: "net", subnetwork: "sub", project: "hub" });
  expect(theirs).toEqual({
    network: "projects/hub/global/networks/net",
    subnetwork: "https://www.googleapis.com/compute/v1/projects/hub/regions/europe-west1/subnetworks/sub",
  });
  expect([theirs.path, theirs.fullName]).toEqual(Array(2).fill("projects/hub/global/networks/net"));
});
