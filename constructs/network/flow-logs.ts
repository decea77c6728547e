import type { ComputeSubnetworkLogConfig } from "@cdktf/provider-google/lib/compute-subnetwork";
import type { Rule } from "../core/rules";
import { literal } from "../core/text";

const intervals = {
  "5s": "INTERVAL_5_SEC",
  "30s": "INTERVAL_30_SEC",
  "1m": "INTERVAL_1_MIN",
  "5m": "INTERVAL_5_MIN",
  "10m": "INTERVAL_10_MIN",
  "15m": "INTERVAL_15_MIN",
} as const;

/** @see https://cloud.google.com/vpc/docs/flow-logs */
export interface FlowLogs {
  /** Of a connection, one entry in so long. @default "10m": what long connections are is known, and little is paid for */
  readonly interval?: keyof typeof intervals;
  /** Which part of the connections, above 0, at most 1. @default 0.5, as Google does */
  readonly sampling?: number;
  /** What is said beside addresses and bytes: "all", "none", or these fields. @default "all", as Google does */
  readonly metadata?: "all" | "none" | readonly string[];
  /** Which entries are kept, in CEL: `inIpRange(connection.dest_ip, '10.0.0.0/8')`. @default all */
  readonly filter?: string;
}

export interface FlowLogProps {
  /** Logs a sample of what flows through the subnet. It costs by volume. @default false */
  readonly flowLogs?: boolean | FlowLogs;
}

export const flowLogsRule: Rule<FlowLogProps> = {
  id: "flowLogs-range",
  reads: ["flowLogs"],
  page: "https://cloud.google.com/vpc/docs/using-flow-logs",
  broken({ flowLogs }) {
    if (typeof flowLogs !== "object") return undefined;
    const { sampling = 1, metadata } = flowLogs;
    if (!(sampling > 0 && sampling <= 1)) {
      return `flowLogs.sampling is ${sampling}: Compute Engine takes above 0 and up to 1. Leave flowLogs away for none`;
    }
    return metadata?.length === 0 ? 'flowLogs.metadata is empty: write "none"' : undefined;
  },
};

export function logConfig(flowLogs: boolean | FlowLogs = false): ComputeSubnetworkLogConfig | undefined {
  if (flowLogs === false) return undefined;
  const { interval = "10m", sampling = 0.5, metadata, filter } = flowLogs === true ? {} : flowLogs;
  return {
    aggregationInterval: intervals[interval],
    flowSampling: sampling,
    ...(metadata && metadataOf(metadata)),
    filterExpr: filter && literal(filter),
  };
}

function metadataOf(metadata: "all" | "none" | readonly string[]) {
  if (metadata === "all") return { metadata: "INCLUDE_ALL_METADATA" };
  if (metadata === "none") return { metadata: "EXCLUDE_ALL_METADATA" };
  return { metadata: "CUSTOM_METADATA", metadataFields: [...metadata] };
}
