/** Networks: `data-journey/network`. */
export type { ConnectorEgress, DirectEgress, EgressProps, EgressTraffic, VpcEgress } from "./egress";
export { Network, type AnyNetwork, type EgressOptions, type NetworkProps } from "./network";
