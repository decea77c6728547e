/** Connectors, and what Google runs reached by private addresses. */
import { expect, test } from "vitest";
import { plainText } from "../../../constructs/core/uses";
import { vpcAccess } from "../../../constructs/network/egress";
import { GoogleApisEndpoint, type GoogleApisEndpointProps } from "../../../constructs/network/google-apis-endpoint";
import { PrivateServices } from "../../../constructs/network/private-services";
import { Subnet } from "../../../constructs/network/subnet";
import { VpcConnector, type VpcConnectorProps } from "../../../constructs/network/vpc-connector";
import { aStack, messageOf, templateOf } from "../support";
import { examples, net } from "./examples";

test("a connector of which nothing is said has the fewest machines that there can be", () => {
  expect(templateOf(examples.VpcConnector.minimal).resource("google_vpc_access_connector.connector")).toEqual({
    name: "connector",
    region: "europe-west1",
    network: "${google_compute_network.net.name}",
    ip_cidr_range: "10.8.0.0/28",
    min_instances: 2,
    max_instances: 3,
    depends_on: ["time_sleep.apis"],
  });
});

test("a connector of which all is said, in a subnet of its own", () => {
  expect(
    templateOf(examples.VpcConnector.maximal, { prefix: "alice" }).resource("google_vpc_access_connector.connector"),
  ).toEqual({
    name: "alice-connector",
    region: "us-central1",
    subnet: { name: "${google_compute_subnetwork.connectors.name}", project_id: "acme-dev" },
    machine_type: "e2-standard-4",
    min_instances: 3,
    max_instances: 10,
    timeouts: { create: "30m" },
    depends_on: ["time_sleep.apis"],
  });
});

test("a connector may be told what it shall carry, and be in another project's subnet", () => {
  const template = templateOf((stack) => {
    new VpcConnector(stack, "connector", {
      subnet: { name: "connectors", project: "acme-hub", range: "10.8.0.0/28" },
      size: { throughput: { minimum: 200, maximum: 1000 } },
      machineType: "e2-micro",
    });
  });
  expect(template.resource("google_vpc_access_connector.connector")).toMatchObject({
    subnet: { name: "connectors", project_id: "acme-hub" },
    min_throughput: 200,
    max_throughput: 1000,
  });
});

test("what sends through a connector names it, and comes after it", () => {
  const stack = aStack();
  const connector = new VpcConnector(stack, "connector", { network: net(stack), range: "10.8.0.0/28" });
  const { egress, connector: path = "" } = { connector: undefined, ...vpcAccess(stack, connector.egress()) };
  expect([egress, plainText(path, stack)]).toEqual([
    "PRIVATE_RANGES_ONLY",
    "${google_vpc_access_connector.connector.id}",
  ]);
  const theirs = VpcConnector.fromName(stack, "theirs", { name: "hub", project: "acme-hub" });
  expect(vpcAccess(stack, theirs.egress({ traffic: "all" }))).toEqual({
    egress: "ALL_TRAFFIC",
    connector: "projects/acme-hub/locations/europe-west1/connectors/hub",
  });
  expect(VpcConnector.fromName(stack, "ours", { name: "hub" }).path).toBe(
    "projects/acme-dev/locations/europe-west1/connectors/hub",
  );
});

test("another stack names a connector in plain text", () => {
  const connector = new VpcConnector(aStack({ prefix: "al" }), "c", {
    network: net(aStack()),
    range: "10.8.0.0/28",
    region: "us-east1",
  });
  expect(plainText(connector.path, aStack({}, "other"))).toBe("projects/acme-dev/locations/us-east1/connectors/al-c");
});

test.each<[object, string]>([
  [
    { name: "a-b-c-d-e-f-g-h" },
    'name is "a-b-c-d-e-f-g-h": Serverless VPC Access takes 1 to 20 lower-case letters, digits and hyphens, of which each counts as two, a letter first',
  ],
  [{ range: "10.8.0.0/24" }, 'range is "10.8.0.0/24": Serverless VPC Access takes a /28 of its own'],
  [{ range: "10.8.0.1/28" }, 'range is "10.8.0.1/28": a range of /28 begins at a multiple of its size'],
  [{ region: "EU" }, 'region is "EU"'],
  [
    { size: { instances: { minimum: 1, maximum: 3 } } },
    "size.instances.minimum is 1: Serverless VPC Access takes 2 to 10",
  ],
  [
    { size: { throughput: { minimum: 200, maximum: 250 } } },
    "size.throughput.maximum is 250: Serverless VPC Access takes 200 to 1000, in steps of 100",
  ],
  [
    { size: { instances: { minimum: 3, maximum: 3 } } },
    "size.instances.minimum is 3: it has to be below size.instances.maximum, which is 3",
  ],
  [
    { machineType: "f1-micro", size: { throughput: { minimum: 200, maximum: 300 } } },
    'size.throughput is that of e2-micro, and machineType is "f1-micro": give size.instances',
  ],
])("a connector with %j is not valid", (props, says) => {
  const stack = aStack();
  const all = { network: net(stack), range: "10.8.0.0/28", ...props } as VpcConnectorProps;
  expect(messageOf(() => new VpcConnector(stack, "connector", all))).toContain(says);
});

test("a connector's name may be of the greatest length, with machines of any kind", () => {
  const stack = aStack();
  const network = net(stack);
  expect(() => new VpcConnector(stack, "a-b-c-d-e-f-gh", { network, range: "10.8.0.0/28" })).not.toThrow();
  expect(
    () =>
      new VpcConnector(stack, "small", {
        network,
        range: "10.8.0.16/28",
        machineType: "f1-micro",
        size: { instances: { minimum: 9, maximum: 10 } },
      }),
  ).not.toThrow();
});

test("a subnet and its connector are in one region", () => {
  const stack = aStack();
  const subnet = new Subnet(stack, "us", { network: net(stack), range: "10.8.0.0/28", region: "us-central1" });
  expect(messageOf(() => new VpcConnector(stack, "connector", { subnet }))).toContain(
    "the subnet is in us-central1 and the connector in europe-west1: give it region",
  );
});

test("Google's services have an address in the network, to which their names lead", () => {
  const template = templateOf(examples.GoogleApisEndpoint.minimal);
  expect(template.resource("google_compute_global_address.gapis")).toEqual({
    name: "gapis",
    purpose: "PRIVATE_SERVICE_CONNECT",
    address_type: "INTERNAL",
    address: "10.255.0.2",
    network: "${google_compute_network.net.id}",
    depends_on: ["time_sleep.apis"],
  });
  expect(template.resource("google_compute_global_forwarding_rule.gapis")).toEqual({
    name: "gapis",
    target: "all-apis",
    network: "${google_compute_network.net.id}",
    ip_address: "${google_compute_global_address.gapis.id}",
    load_balancing_scheme: "",
    depends_on: ["time_sleep.apis"],
  });
  expect(Object.keys(template.allResources("google_dns_managed_zone"))).toEqual([
    "gapis-gcr-io",
    "gapis-googleapis-com",
    "gapis-pkg-dev",
  ]);
  expect(template.resource("google_dns_managed_zone.gapis-pkg-dev")).toEqual({
    name: "gapis-pkg-dev",
    dns_name: "pkg.dev.",
    description: "Leads to 10.255.0.2",
    visibility: "private",
    private_visibility_config: { networks: [{ network_url: "${google_compute_network.net.id}" }] },
    depends_on: ["time_sleep.apis"],
  });
  expect(template.resource("google_dns_record_set.gapis-pkg-dev")).toEqual({
    managed_zone: "${google_dns_managed_zone.gapis-pkg-dev.name}",
    name: "pkg.dev.",
    type: "A",
    ttl: 300,
    rrdatas: ["10.255.0.2"],
    depends_on: ["time_sleep.apis"],
  });
  expect(template.resource("google_dns_record_set.gapis-pkg-dev-below")).toEqual({
    managed_zone: "${google_dns_managed_zone.gapis-pkg-dev.name}",
    name: "*.pkg.dev.",
    type: "CNAME",
    ttl: 300,
    rrdatas: ["pkg.dev."],
    depends_on: ["time_sleep.apis"],
  });
  expect(Object.keys(template.allResources("google_project_service"))).toContain("dns");
});

test("an endpoint of which all is said", () => {
  const template = templateOf(examples.GoogleApisEndpoint.maximal, { prefix: "alice" });
  expect(template.resource("google_compute_global_forwarding_rule.gapis")).toMatchObject({
    name: "alicegapis",
    target: "vpc-sc",
    no_automate_dns_zone: true,
  });
  expect(Object.keys(template.allResources("google_dns_managed_zone"))).toEqual(["gapis-run-app"]);
  expect(template.resource("google_dns_managed_zone.gapis-run-app")["name"]).toBe("alicegapis-run-app");
});

test.each<[Partial<GoogleApisEndpointProps>, string]>([
  [
    { name: "google-apis" },
    'name is "google-apis": Private Service Connect takes 1 to 20 lower-case letters and digits, a letter first',
  ],
  [{ address: "10.255.0.2/32" }, 'address is "10.255.0.2/32": write it as "10.255.0.2"'],
  [{ domains: ["*.googleapis.com"] }, 'domains has "*.googleapis.com": write it as "googleapis.com"'],
])("an endpoint with %j is not valid", (props, says) => {
  const stack = aStack();
  const all = { network: net(stack), address: "10.255.0.2", ...props };
  expect(messageOf(() => new GoogleApisEndpoint(stack, "gapis", all))).toContain(says);
});

test("what Google runs has addresses of the network set aside for it", () => {
  const template = templateOf(examples.PrivateServices.minimal);
  expect(template.resource("google_compute_global_address.services")).toEqual({
    name: "services",
    purpose: "VPC_PEERING",
    address_type: "INTERNAL",
    address: "10.100.0.0",
    prefix_length: 16,
    network: "${google_compute_network.net.id}",
    depends_on: ["time_sleep.apis"],
  });
  expect(template.resource("google_service_networking_connection.services")).toEqual({
    network: "${google_compute_network.net.id}",
    service: "servicenetworking.googleapis.com",
    reserved_peering_ranges: ["${google_compute_global_address.services.name}"],
    depends_on: ["time_sleep.apis"],
  });
});

test("where data is kept, the way to it is left in place", () => {
  const template = templateOf(examples.PrivateServices.maximal, { removal: "keep", prefix: "alice" });
  expect(template.resource("google_service_networking_connection.services")).toMatchObject({
    network: "projects/acme-hub/global/networks/hub",
    deletion_policy: "ABANDON",
    update_on_creation_fail: true,
  });
  expect(template.resource("google_compute_global_address.services")["name"]).toBe("alice-services");
});

test.each<[string, string]>([
  ["10.100.0.0/25", 'range is "10.100.0.0/25": private services take /8 to /24'],
  ["10.100.0.1/16", 'range is "10.100.0.1/16": a range of /16 begins at a multiple of its size'],
])("private services with the range %s are not valid", (range, says) => {
  const stack = aStack();
  expect(messageOf(() => new PrivateServices(stack, "services", { network: net(stack), range }))).toContain(says);
});
