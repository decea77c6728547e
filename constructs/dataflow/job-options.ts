import type { Encrypted } from "../core/encryption";
import type { ContainerImage } from "../core/image";
import type { AnyServiceAccount } from "../iam/service-account";
import type { AnyNetwork } from "../network/network";
import type { AnyBucket } from "../storage/bucket";

/** What every Dataflow job can be told of its machines and of where they are. */
interface WorkerOptions extends Encrypted {
  /**
   * Of Compute Engine: "n2-standard-2", "custom-4-16384".
   * @default Dataflow chooses
   */
  readonly machineType?: string;
  /**
   * The most workers, 1 to 1000.
   * @default Dataflow chooses: up to 100, or 1,000 with Dataflow's own sizing
   */
  readonly maxWorkers?: number;
  /**
   * Workers have addresses on the internet, and are paid for them.
   * @default false: Google's services are reached from the network without
   */
  readonly publicAddresses?: boolean;
  /**
   * Network tags of the workers beside "dataflow", for firewall rules and routes.
   * @default none
   * @see https://cloud.google.com/dataflow/docs/guides/routes-firewall
   */
  readonly tags?: readonly string[];
  /**
   * Flags of the Dataflow service: "use_runner_v2".
   * @default none
   */
  readonly experiments?: readonly string[];
  /** @default the stack's labels */
  readonly labels?: { readonly [name: string]: string };
}

/** What a job of a flex template, and a launch of any template, can be told in addition. */
export interface SizedWorkers {
  /** How many workers to begin with, 1 to 1000. @default Dataflow chooses */
  readonly workers?: number;
}

/** Disks of workers. */
export interface WorkerDisk {
  /**
   * "30Gi" to "65536Gi". It holds the system, logs, and what a worker keeps itself.
   * @default Dataflow chooses: 30Gi with Streaming Engine, 25Gi with Dataflow Shuffle
   */
  readonly size?: `${number}Gi`;
  /** @default "standard" */
  readonly type?: "standard" | "balanced" | "ssd";
}

/** What flex templates add: an image that builds the graph, on a machine of its own. */
export interface FlexOptions {
  /**
   * "throughput": the number of workers follows the work. "none": it stays at `workers`.
   * @default "throughput", as Dataflow does
   * @see https://cloud.google.com/dataflow/docs/horizontal-autoscaling
   */
  readonly autoscaling?: "throughput" | "none";
  /**
   * Of the machine that builds the graph: a larger one where that takes long or much memory.
   * @default "n1-standard-1", as Dataflow does
   */
  readonly launcherMachineType?: string;
  /**
   * What workers run, where it is another image than the SDK's own.
   * @default the SDK's
   * @see https://cloud.google.com/dataflow/docs/guides/using-custom-containers
   */
  readonly sdkImage?: ContainerImage;
  /**
   * Options of the SDK or the program that no option here is about: `{ numberOfWorkerHarnessThreads: "20" }`.
   * @default none
   */
  readonly pipelineOptions?: { readonly [name: string]: string };
}

/** What every job has, however it is started. */
export interface JobOptions extends WorkerOptions {
  /** The job's name in Dataflow. @default the construct's id */
  readonly name?: string;
  /** What the template's parameters are; not what there is an option for. @default none */
  readonly parameters?: { readonly [name: string]: string };
  /** Where it keeps what it stages, and temporary files. */
  readonly bucket: AnyBucket;
  /** Without one, workers look for a network "default", which most projects lack. */
  readonly network: AnyNetwork;
  /** The account its workers run as. @default one of its own */
  readonly identity?: AnyServiceAccount;
}

/** What streaming jobs have: they run until somebody ends them. */
export interface StreamingOptions {
  /**
   * State and shuffle are kept by the service and not on workers' disks.
   * @default true: smaller workers, that come and go faster
   * @see https://cloud.google.com/dataflow/docs/streaming-engine
   */
  readonly streamingEngine?: boolean;
  /**
   * "at-least-once" is cheaper and faster, and a row may be processed twice: for pipelines row by row.
   * @default "exactly-once"
   * @see https://cloud.google.com/dataflow/docs/guides/streaming-modes
   */
  readonly guarantee?: "exactly-once" | "at-least-once";
  /**
   * "drain": it takes nothing more, finishes what is in flight and ends all open windows. "cancel": what is in flight is
   * thrown away.
   * @default "drain"
   */
  readonly onDelete?: "drain" | "cancel";
  /**
   * A destroy waits until the job has ended. Without that, a job that is replaced under its name meets the one that
   * still drains, and is refused.
   * @default true
   */
  readonly waitForEnd?: boolean;
  /**
   * Prefixes of transforms' names in the running job, and what they are called now: an update finds their state by it.
   * @default none
   */
  readonly renamed?: { readonly [before: string]: string };
  /**
   * What the job must not differ in to take over the state of the one before. A change drains the old job, which ends
   * all open windows, and starts another.
   * @default nothing: every change is tried in place
   */
  readonly graph?: string;
}

/** What jobs have that end by themselves. */
export interface BatchOptions {
  /**
   * Who moves rows between workers by their keys: Dataflow's own service, or the workers with their disks.
   * @default "service", as Dataflow does: faster, and a worker that dies loses nothing
   * @see https://cloud.google.com/dataflow/docs/shuffle-for-batch
   */
  readonly shuffle?: "service" | "workers";
}

/** What batch jobs of flex templates have. */
export interface FlexBatchOptions extends FlexOptions {
  /**
   * Flexible resource scheduling: the job starts within six hours, and runs partly on machines that may be taken away.
   * It costs less.
   * @default false: it starts at once
   * @see https://cloud.google.com/dataflow/docs/guides/flexrs
   */
  readonly flexRS?: boolean;
  /** @default Dataflow chooses */
  readonly disk?: WorkerDisk;
}
