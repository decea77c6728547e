import type { Construct } from "constructs";
import { Site } from "../core/site";
import { egresses } from "./journey-rules";

/** What of a workload's traffic goes through the network: all, or only what is meant for private addresses. */
export type EgressTraffic = "all" | "private-ranges";

/** Straight from a subnet, of whose addresses the workload's instances take some. */
export interface DirectEgress {
  /** A name, or projects/P/global/networks/N. */
  readonly network: string;
  /** projects/P/regions/R/subnetworks/S */
  readonly subnetwork: string;
  readonly tags: readonly string[] | undefined;
  readonly traffic: EgressTraffic;
  /** Where the subnet is, and what sends from it has to be. */
  readonly region?: string;
}

/** Through the machines of a {@link VpcConnector}. */
export interface ConnectorEgress {
  /** projects/P/locations/R/connectors/C */
  readonly connector: string;
  readonly traffic: EgressTraffic;
  /** Where the connector is, and what sends through it has to be. */
  readonly region?: string;
}

/**
 * How what has no machines in a network sends into it: what `network.egress()` and `connector.egress()` give. Cloud Run
 * takes either, functions a connector's.
 */
export type VpcEgress = DirectEgress | ConnectorEgress;

export interface EgressProps {
  /**
   * The network that it reaches by private addresses: `network.egress()`, or `connector.egress()`.
   * @default none: what it sends goes to the internet and to Google's services
   * @see https://cloud.google.com/run/docs/configuring/connecting-vpc
   */
  readonly egress?: VpcEgress;
}

/**
 * As Cloud Run's classes take it.
 * @param owner a workload in its stack's region
 */
export function vpcAccess(owner: Construct, egress: VpcEgress) {
  if (egress.region !== undefined)
    egresses.tell(owner, { region: egress.region, from: Site.of(owner).settings.region });
  const traffic = { egress: egress.traffic === "all" ? "ALL_TRAFFIC" : "PRIVATE_RANGES_ONLY" };
  if ("connector" in egress) return { ...traffic, connector: egress.connector };
  const { network, subnetwork, tags } = egress;
  return { ...traffic, networkInterfaces: [{ network, subnetwork, tags: tags && [...tags] }] };
}
