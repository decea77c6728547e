/**
 * What the stream processor is told, and what it tells: names and types, nothing else. Bindings are those of
 * pipeline/bindings.ts.
 */
export interface StreamProcessorEnvironment {
  /** The pipeline as data: gs://bucket/object, or a file's path. */
  readonly PIPELINE: string;
  /**
   * How rows come: it pulls messages (windows and state, one instance), they are pushed to it (row by row), or it reads
   * all there is and ends.
   */
  readonly MODE: "pull" | "push" | "batch";
  /** JSON of InputBindings, every input of the pipeline. */
  readonly INPUTS: string;
  /** JSON of OutputBindings, every output of the pipeline. */
  readonly OUTPUTS: string;
  /** Where rows go that a step refused and no output took: JSON of an OutputBinding. Of streams, a topic. */
  readonly ERRORS: string;
  /**
   * pull: where the log of checkpoints is kept: gs://bucket/prefix, or a folder's path. batch: where the tasks of a run
   * keep what they agree on, and rows that are not to be seen yet.
   */
  readonly CHECKPOINTS?: string;
  /** pull: the longest time between two records while there is work, "1s" by default. */
  readonly CHECKPOINT_EVERY?: string;
  /** pull: how long a message is ours without a word, "30s" by default; between 10s and 600s. */
  readonly LEASE?: string;
  /** pull: a record at least this often, also without work ("5s"); a newcomer takes over after four of them in silence. */
  readonly HEARTBEAT?: string;
  /** push: the audience of the token that Pub/Sub sends. */
  readonly AUDIENCE?: string;
  /** push: the e-mail of the account whose token Pub/Sub sends. */
  readonly PUSHER?: string;
  /** pull: the container's memory, as 1Gi or in bytes, where its control group does not say it. */
  readonly MEMORY_LIMIT?: string;
  /** push: most bytes of one request. */
  readonly MAX_BODY_BYTES?: string;
  /** batch: where a run's counts are written as text, an object a run: gs://bucket/prefix, or a folder's path. */
  readonly METRICS?: string;
  /**
   * batch: the day that "{yesterday}" is, in names of files and of partitions, as 2024-01-31: a past day is run again by
   * an execution that is told it. Without it, the day before that on which the run started.
   */
  readonly YESTERDAY?: string;
  /**
   * batch: the folder in which a pipeline that puts rows together puts aside what memory does not hold. The one for
   * temporary files (TMPDIR), where nothing is said or there is no such folder.
   */
  readonly SPILL?: string;
  /** batch: the partition that "{partition}" is, by its id, as 2024013112: an execution is told it. */
  readonly PARTITION?: string;
}

/**
 * A row that a step refused and no output took, as the message published to {@link StreamProcessorEnvironment.ERRORS}.
 * Its data is the error row as JSON (`errorFields` of the language; `raw_data` in base64), and these are its attributes,
 * so that a subscription can filter by them and whoever looks need not parse.
 */
export interface ErrorMessageAttributes {
  /** The pipeline's name. */
  readonly pipeline: string;
  /** The step that refused the row, or the input. */
  readonly step: string;
  /** parse, function, late, write */
  readonly reason: string;
  /** Of the message that became the row; absent where there is no one message. */
  readonly message_id?: string;
  /** The same whenever the row is published again: topics are at least once. Rows of an output's topic have it too. */
  readonly row_id: string;
}

/**
 * What is there on PORT, of a processor that pulls and of one that is pushed to:
 * - `GET /livez`: 200 as long as it makes progress. Where it is not, the container is to be started anew.
 * - `GET /readyz`: 200 when it takes messages.
 * - `GET /state`: {@link ProcessorState}.
 * - `GET /metrics`: the same in numbers, as Prometheus reads them.
 * - `POST /drain` (pull): take what is there, move the watermark to the end, close every window, write, acknowledge,
 *   answer 200 when all of it is confirmed; then the process leaves with 0. As `gcloud dataflow jobs drain` does.
 */
export const paths = {
  alive: "/livez",
  ready: "/readyz",
  state: "/state",
  metrics: "/metrics",
  drain: "/drain",
} as const;

/** How it goes, in short. */
export interface ProcessorStatus {
  readonly pipeline: string;
  readonly mode: "pull" | "push";
  readonly state: "starting" | "waiting" | "running" | "draining" | "drained" | "stopping" | "failed";
  /** RFC 3339; null where there is none yet. */
  readonly watermark: string | null;
  readonly messages: number;
  readonly duplicates: number;
  readonly late: number;
  /** Error rows, by reason: parse, function, late, write. */
  readonly errors: { readonly [reason: string]: number };
  /** Rows confirmed by their sink, by output. */
  readonly rows: { readonly [output: string]: number };
  /** Rows that are durable in the log and not yet confirmed by their sink. */
  readonly unwritten: number;
  /** Messages that are ours and not yet acknowledged. */
  readonly unacknowledged: number;
  /** Why it does not work, where it does not. */
  readonly problem: string | null;
}

/** All that is told of a processor. */
export interface ProcessorState extends ProcessorStatus {
  /** How far the watermark is behind the clock; null where there is none. */
  readonly watermarkAgeSeconds: number | null;
  /** Steps that keep something. */
  readonly steps: { readonly [step: string]: StepState };
  /** Error rows since the process began. */
  readonly refused: readonly { readonly step: string; readonly reason: string; readonly rows: number }[];
  /** Null where it keeps no log, or does not own it. */
  readonly checkpoints: CheckpointState | null;
  readonly sources: { readonly [input: string]: SourceState };
  readonly outputs: { readonly [output: string]: OutputState };
  readonly memory: MemoryState;
}

interface StepState {
  /** Keys that it keeps something of, in their windows. */
  readonly keys: number;
  /** Windows that are open; a session is one. */
  readonly windows: number;
}

interface CheckpointState {
  /** gs://bucket/prefix, or a folder. */
  readonly place: string;
  /** How often the log has changed its owner, and the number of the last record of this one. */
  readonly term: number;
  readonly sequence: number;
  /** When the last record became durable, RFC 3339; how long that took, and how large it was. */
  readonly last: string;
  readonly milliseconds: number;
  readonly bytes: number;
  /** How long it took to read the log at the start. */
  readonly restoreMilliseconds: number;
}

interface SourceState {
  readonly subscription: string;
  /** Whether all streams of messages stand; null where messages are pushed. */
  readonly connected: boolean | null;
  /** Messages that are ours and not yet acknowledged. */
  readonly unacknowledged: number;
  /** Messages whose ids are remembered. */
  readonly messageIds: number;
}

interface OutputState {
  /** What rows go to. */
  readonly to: string;
  /** Rows confirmed by it. */
  readonly rows: number;
  /** Rows that are not. */
  readonly unwritten: number;
  readonly unwrittenBytes: number;
}

/** Bytes. */
export interface MemoryState {
  /** Of the process, and what the container has; null where nobody says. */
  readonly used: number;
  readonly limit: number | null;
  /** Of JavaScript's heap. */
  readonly heap: number;
  readonly heapLimit: number;
  /** Nothing is taken, for there is not enough of it. */
  readonly short: boolean;
}

/** What a processor that pulls says on standard output when memory becomes short, and when it no longer is. */
export interface ProcessorMemory {
  readonly kind: "memory";
  readonly pipeline: string;
  /** 1 or 0. */
  readonly short: number;
  readonly usedBytes: number;
  readonly limitBytes: number;
}

/**
 * What a processor that pulls says on standard output once a minute, beside `severity` and `message`. Cloud Logging keeps
 * the line as `jsonPayload`, and monitoring makes metrics of it.
 */
export interface ProcessorReport {
  /** What tells these lines from others. */
  readonly kind: "report";
  readonly pipeline: string;
  /** How far the watermark is behind the clock. Absent while there is none. */
  readonly watermarkAgeSeconds?: number;
  /** Rows that are durable in the log and not yet confirmed by their sink. */
  readonly unwritten: number;
  /** Messages that are ours and not yet acknowledged. */
  readonly unacknowledged: number;
  /** Since the report before, as all that is new. */
  readonly newMessages: number;
  readonly newDuplicates: number;
  /** Rows whose window had ended for good. They are among the error rows. */
  readonly newLate: number;
  /** Rows that a step or a sink refused. */
  readonly newErrors: number;
  /** Keys and windows that are open: what the memory is for. */
  readonly openGroups: number;
  /** Messages whose ids are remembered, to tell them when they come again. */
  readonly messageIds: number;
  readonly checkpointMilliseconds: number;
  readonly checkpointBytes: number;
  /** 1 where nothing is taken because memory is short, else 0. */
  readonly memoryShort: number;
}

/** What a task of a run that ends says on standard output every five seconds while it reads. */
export interface BatchProgress {
  readonly kind: "progress";
  readonly pipeline: string;
  /** The execution of the job. */
  readonly run: string;
  readonly task: number;
  /** Rows read so far, by this task. */
  readonly rows: number;
  /** Of the task's files, as they are stored; rows of tables and queries have none. */
  readonly bytesRead: number;
  readonly bytesTotal: number;
  /** At the pace so far. Absent while nobody knows. */
  readonly secondsLeft?: number;
}

/** What is said of a run once all of its rows are written; the same as text is an object below METRICS. */
export interface BatchRunReport {
  readonly kind: "run";
  readonly pipeline: string;
  readonly run: string;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly bytesRead: number;
  readonly errorRows: number;
  readonly seconds: number;
}

/** What it says when it begins to work: at its first start, and whenever it comes back. */
export interface ProcessorStart {
  readonly kind: "start";
  readonly pipeline: string;
  /** How often the log of checkpoints has changed its owner. */
  readonly term: number;
}
