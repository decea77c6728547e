/** Networks: `data-journey/network`. */
export type { ExistingNetworkProps } from "./any-network";
export { CloudNat, type CloudNatProps } from "./cloud-nat";
export type { ConnectorEgress, DirectEgress, EgressProps, EgressTraffic, VpcEgress } from "./egress";
export type { FirewallRuleProps } from "./firewall-props";
export { FirewallRule } from "./firewall-rule";
export type { Traffic } from "./firewall-traffic";
export type { FlowLogs } from "./flow-logs";
export { GoogleApisEndpoint, type GoogleApisEndpointProps } from "./google-apis-endpoint";
export type { NatOptions, NatTimeouts } from "./nat";
export { Network, type AnyNetwork, type EgressOptions, type NetworkProps } from "./network";
export { PrivateServices, type PrivateServicesProps } from "./private-services";
export { Subnet, type SubnetOptions, type SubnetProps } from "./subnet";
export { VpcConnector, type AnyVpcConnector, type VpcConnectorProps } from "./vpc-connector";
