/** What breaks options that several constructs have. */
import type { Construct } from "constructs";
import type { CloudNatProps } from "../../../constructs/network/cloud-nat";
import type { FlowLogs } from "../../../constructs/network/flow-logs";
import type { NatOptions } from "../../../constructs/network/nat";

type Build = (stack: Construct) => unknown;

export const flowLogFaults: readonly FlowLogs[] = [
  { sampling: 0 },
  { sampling: 1.01 },
  { sampling: Number.NaN },
  { metadata: [] },
];

export const natFaults = (build: (nat: NatOptions) => Build) => ({
  "nat-addresses": [0, 1.5, -1].map((addresses) => build({ addresses })),
  "nat-ports": [
    { minimum: 1 },
    { minimum: 57_345 },
    { minimum: 2.5 },
    { maximum: 32 },
    { maximum: 100 },
    { maximum: 131_072 },
    { minimum: 16, maximum: 64 },
    { minimum: 48, maximum: 64 },
    { minimum: 64, maximum: 64 },
  ].map((ports) => build({ ports })),
  "nat-timeouts": [
    { udp: "0s" },
    { icmp: "1500ms" },
    { tcpEstablished: "24856d" },
    { tcpTransitory: "0s" },
    { tcpTimeWait: "0s" },
  ].map((timeouts) => build({ timeouts: timeouts as NonNullable<NatOptions["timeouts"]> })),
});

export const cloudNatFaults = (build: (props: Partial<CloudNatProps>) => Build) => ({
  "name-form": ["", "Nat", "x".repeat(64)].map((name) => build({ name })),
  "region-form": [build({ region: "EU" })],
  ...natFaults(build),
});
