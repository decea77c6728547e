import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Network, type NetworkProps } from "../../../constructs/network/network";
import { addressOutside } from "../../../constructs/network/range";
import { aStack, messageOf, templateOf } from "../support";

test("a network reaches Google's services without public addresses and lets Dataflow's workers talk", () => {
  const template = templateOf((stack) => new Network(stack, "net"));
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

test("a network of which all is said has a way out and a log of what flows", () => {
  const template = templateOf(
    (stack) => {
      new Network(stack, "network", { name: "net", range: "10.20.0.0/24", nat: true, flowLogs: true });
    },
    { prefix: "alice" },
  );
  expect(template.resource("google_compute_subnetwork.net")).toMatchObject({
    name: "alice-net-europe-west1",
    ip_cidr_range: "10.20.0.0/24",
    log_config: { aggregation_interval: "INTERVAL_10_MIN", flow_sampling: 0.5 },
  });
  expect(template.resource("google_compute_router.net")).toMatchObject({ name: "alice-net", region: "europe-west1" });
  expect(template.resource("google_compute_router_nat.net")).toMatchObject({
    router: "${google_compute_router.net.name}",
    nat_ip_allocate_option: "AUTO_ONLY",
    source_subnetwork_ip_ranges_to_nat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
  });
});

test.each<[NetworkProps, string]>([
  [{ name: "Net" }, 'name is "Net": Compute Engine takes 1 to 40 lower-case letters'],
  [{ range: "10.10.0.0" }, 'range is "10.10.0.0": write it as "10.10.0.0/20"'],
  [{ range: "10.10.0.300/24" }, 'range is "10.10.0.300/24": write it as'],
  [{ range: "10.10.0.0/30" }, 'range is "10.10.0.0/30": Compute Engine takes subnets from /4 to /29'],
  [
    { range: "10.10.7.1/20" },
    'range is "10.10.7.1/20": a range of /20 begins at a multiple of its size, as "10.10.0.0/20" does',
  ],
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

test("a network that is there already, and one that another project shares", () => {
  const stack = aStack();
  expect(Network.fromName(stack, { network: "net", subnetwork: "sub" })).toEqual({
    network: "net",
    subnetwork: "regions/europe-west1/subnetworks/sub",
  });
  expect(Network.fromName(stack, { network: "net", subnetwork: "sub", project: "hub" })).toEqual({
    network: "projects/hub/global/networks/net",
    subnetwork: "https://www.googleapis.com/compute/v1/projects/hub/regions/europe-west1/subnetworks/sub",
  });
});
