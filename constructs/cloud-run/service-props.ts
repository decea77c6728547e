import type { CloudRunV2ServiceConfig } from "@cdktf/provider-google/lib/cloud-run-v2-service";
import type { Duration } from "../../pipeline/duration";
import type { Encrypted } from "../core/encryption";
import type { Overridable } from "../core/overridable";
import type { Rules } from "../core/rules";
import { bytesOf } from "../core/size";
import type { EgressProps } from "../network/egress";
import { run, workloadRules, type Sidecar, type WorkloadProps } from "./container";
import { CPU, cpuPage, MEMORY, sizeOf } from "./cpu-memory";
import { isPort, livenessRule, startupRule, type LivenessProbe, type StartupProbe } from "./probe";
import { revisionRule, shareRules, type RevisionProps, type TrafficTarget } from "./revision";
import { sidecarRules } from "./sidecars";
import { needsSecondGeneration } from "./volume";

interface ServiceProbes {
  /**
   * Whether the container has started, after 240s at most.
   * @default its port takes connections, as Google does
   */
  readonly startupProbe?: StartupProbe;
  /** Whether it still works; else it is started anew. @default nobody asks */
  readonly livenessProbe?: LivenessProbe;
}

export interface ServiceSidecar extends Sidecar, ServiceProbes {}

interface AccessProps {
  /**
   * "private": only who was granted it may invoke it. "public": anybody may.
   * @default "private"
   */
  readonly access?: "private" | "public";
  /**
   * Where requests may come from. Pub/Sub, Scheduler, Tasks, Eventarc and Workflows of the project are "internal".
   * @default "all"
   */
  readonly ingress?: "all" | "internal" | "internal-and-load-balancing";
  /** More of what a token for it may say it is for, beside its URL and {@link audienceOf} it. @default none */
  readonly audiences?: readonly string[];
  /**
   * Images that may run here: "default" is the project's policy of Binary Authorization, else one is named.
   * @default any
   */
  readonly binaryAuthorization?: "default" | `projects/${string}`;
}

interface ScalingProps {
  /** Instances of each revision that wait for requests, and are paid for. @default 0 */
  readonly minInstances?: number;
  /** Of each revision. @default 20: enough for thousands of requests a second, and an end to what a loop can cost */
  readonly maxInstances?: number;
  /**
   * Instances of all revisions together that wait for requests, by their share of them: where traffic is split,
   * `minInstances` would be paid for twice.
   * @default 0
   */
  readonly minInstancesInAll?: number;
  /** Requests at once in one instance, 1 to 1000. @default 80, as Google does; 1 with less than one CPU */
  readonly concurrency?: number;
  /** How long one request may take, 1s to 3600s. @default "300s", as Google does */
  readonly timeout?: Duration;
  /** Requests of one client go to one instance, as far as there is room. @default false */
  readonly sessionAffinity?: boolean;
  /**
   * "requests": an instance has its CPU, and is paid for, while it answers. "instances": as long as it is there, for what
   * works beside its requests.
   * @default "requests"
   * @see https://cloud.google.com/run/docs/configuring/billing-settings
   */
  readonly billing?: "requests" | "instances";
  /** More CPU while an instance starts. @default true, as the console does: a request that waits for it waits half as long */
  readonly startupBoost?: boolean;
}

export interface CloudRunServiceProps
  extends
    WorkloadProps,
    ServiceProbes,
    AccessProps,
    ScalingProps,
    RevisionProps,
    EgressProps,
    Encrypted,
    Overridable<CloudRunV2ServiceConfig> {
  /** @default none */
  readonly description?: string;
  /** Where the main container listens; it is told so as PORT. @default 8080, as Google does */
  readonly port?: number;
  /** Requests come as HTTP/2 from end to end, as gRPC with streams needs. @default false: as HTTP/1 */
  readonly http2?: boolean;
  /** Containers beside the main one. @default none */
  readonly sidecars?: readonly ServiceSidecar[];
  /**
   * Which revisions answer, in per cent. A revision has to be there before it is given a share, so a new one comes in two
   * deployments, or three:
   *
   *     { image: one, revision: "one" }                                                        // the first
   *     { image: two, revision: "two", traffic: [{ revision: "one", percent: 80 }, { revision: "two", percent: 20 }] }
   *     { image: two, revision: "two" }                                                        // all of it
   *
   * @default all to the newest that is ready
   */
  readonly traffic?: readonly TrafficTarget[];
  /**
   * The sandbox: "first" starts faster, "second" is a whole Linux.
   * @default what Cloud Run chooses; "second" with volumes of buckets and NFS, which need it
   */
  readonly executionEnvironment?: "first" | "second";
}

export const MAX_INSTANCES = 20;
const scaling = "https://cloud.google.com/run/docs/configuring/max-instances";
const environments = "https://cloud.google.com/run/docs/about-execution-environments";

const scalingRules: Rules<CloudRunServiceProps> = [
  run.within("concurrency", 1, 1000, "https://cloud.google.com/run/docs/about-concurrency"),
  run.within("minInstances", 0, 1000, "https://cloud.google.com/run/docs/configuring/min-instances"),
  run.within("maxInstances", 1, 1000, scaling),
  run.within("minInstancesInAll", 0, 1000, "https://cloud.google.com/run/docs/configuring/min-instances"),
  run.lasts("timeout", "1s", "3600s", "https://cloud.google.com/run/docs/configuring/request-timeout"),
  {
    id: "instances-order",
    reads: ["minInstances", "maxInstances"],
    page: scaling,
    broken: ({ minInstances = 0, maxInstances = MAX_INSTANCES }) =>
      minInstances > maxInstances
        ? `minInstances is ${minInstances}, above maxInstances, which is ${maxInstances}`
        : undefined,
  },
];

/** Less than one CPU is for requests that come one at a time. */
const shareRule: Rules<CloudRunServiceProps> = [
  {
    id: "concurrency-cpu",
    reads: ["concurrency", "cpu"],
    page: cpuPage,
    broken({ cpu = CPU, concurrency = 80, sidecars = [] }) {
      const cpus = sidecars.reduce((sum, sidecar) => sum + Number(sidecar.cpu ?? CPU), Number(cpu));
      return cpus < 1 && concurrency > 1
        ? `concurrency is ${concurrency} with ${cpus} CPU: Cloud Run gives less than one CPU to one request at a time. Set concurrency: 1`
        : undefined;
    },
  },
  {
    id: "billing-cpu",
    reads: ["billing", "cpu"],
    page: cpuPage,
    broken: ({ billing, cpu = CPU }) =>
      billing === "instances" && Number(cpu) < 1
        ? `billing is "instances" with ${cpu} CPU: Cloud Run takes less than one CPU by "requests" only`
        : undefined,
  },
];

const environmentRules: Rules<CloudRunServiceProps> = [
  {
    id: "executionEnvironment-memory",
    reads: ["executionEnvironment", "memory"],
    page: environments,
    broken({ executionEnvironment, memory = MEMORY, ...props }) {
      const second = executionEnvironment === "second" || hasFolders(props);
      const bytes = bytesOf(memory);
      return second && bytes !== undefined && bytes < sizeOf("512Mi")
        ? `memory is "${memory}": the second execution environment takes 512Mi or more`
        : undefined;
    },
  },
  {
    id: "executionEnvironment-volumes",
    reads: [],
    page: environments,
    broken: ({ executionEnvironment, ...props }) =>
      executionEnvironment === "first" && hasFolders(props)
        ? `executionEnvironment is "first", which mounts no buckets and no NFS: leave it away, or give "second"`
        : undefined,
  },
];

/** Whether any container mounts what takes the second execution environment. */
export const hasFolders = ({ volumes, sidecars = [] }: Pick<CloudRunServiceProps, "volumes" | "sidecars">): boolean =>
  [volumes, ...sidecars.map((sidecar) => sidecar.volumes)].some(needsSecondGeneration);

export const serviceRules: Rules<CloudRunServiceProps> = [
  ...workloadRules,
  ...scalingRules,
  ...shareRule,
  ...environmentRules,
  ...sidecarRules,
  startupRule,
  livenessRule,
  revisionRule,
  ...shareRules("traffic"),
  {
    id: "port-range",
    reads: ["port"],
    page: "https://cloud.google.com/run/docs/configuring/services/containers#configure-port",
    broken: ({ port }) => (port === undefined || isPort(port) ? undefined : `port is ${port}: ports are 1 to 65535`),
  },
];
