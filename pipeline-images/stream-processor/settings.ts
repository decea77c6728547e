/** What the container is told, checked: all that is wrong with it is said at once. */
import { milliseconds } from "../../pipeline/duration";
import {
  readInputBindings,
  readOutputBinding,
  readOutputBindings,
  type InputBindings,
  type OutputBinding,
  type OutputBindings,
} from "../../pipeline/bindings";
import { isDateAt } from "../../pipeline/schema/calendar";
import type { StreamProcessorEnvironment } from "./contract";
import { type OtlpEnvironment, otlpSettings, type OtlpSettings } from "./processor/telemetry/otlp-settings";

/** The contract's variables, and those that Cloud Run and the local cloud set. */
export type Environment = Told & {
  readonly PORT?: string;
  readonly PUBSUB_EMULATOR_HOST?: string;
  readonly BIGQUERY_STORAGE_EMULATOR_HOST?: string;
  readonly BIGQUERY_EMULATOR_HOST?: string;
  readonly STORAGE_EMULATOR_HOST?: string;
  readonly BIGTABLE_EMULATOR_HOST?: string;
  readonly FIRESTORE_EMULATOR_HOST?: string;
  readonly GCE_METADATA_HOST?: string;
  readonly GOOGLE_CLOUD_PROJECT?: string;
  /** What Cloud Run tells a job's tasks. */
  readonly CLOUD_RUN_EXECUTION?: string;
  readonly CLOUD_RUN_TASK_INDEX?: string;
  readonly CLOUD_RUN_TASK_COUNT?: string;
  readonly CLOUD_RUN_TASK_ATTEMPT?: string;
};

type Told = { readonly [Name in keyof StreamProcessorEnvironment]?: string } & OtlpEnvironment;

interface Common {
  readonly port: number;
  /** gs://bucket/object, or a path. */
  readonly pipeline: string;
  /** projects/P/subscriptions/S, by input. */
  readonly subscriptions: { readonly [input: string]: string };
  /** Where side inputs come from. */
  readonly sides: InputBindings;
  readonly outputs: OutputBindings;
  /** projects/P/topics/T */
  readonly errors: string;
  /** Bytes, where somebody says it. */
  readonly memoryLimit: number | undefined;
  /** Undefined where no collector listens. */
  readonly otlp: OtlpSettings | undefined;
}

export interface PullEnvironment extends Common {
  readonly mode: "pull";
  /** gs://bucket/prefix, or a folder. */
  readonly checkpoints: string;
  /** Milliseconds, as the others. */
  readonly checkpointEvery: number;
  readonly lease: number;
  readonly heartbeat: number;
  readonly reset: string | undefined;
  readonly assume: "written" | "lost" | undefined;
  /** It ends the pipeline that is in the log, and leaves. */
  readonly drain: boolean;
}

export interface PushEnvironment extends Common {
  readonly mode: "push";
  readonly audience: string | undefined;
  readonly pusher: string | undefined;
  readonly maxBodyBytes: number;
}

/** A task of a job that ends. */
export interface BatchEnvironment {
  readonly mode: "batch";
  /** gs://bucket/object, or a path. */
  readonly pipeline: string;
  readonly inputs: InputBindings;
  readonly outputs: OutputBindings;
  readonly errors: OutputBinding;
  /** Where runs keep what their tasks agree on: gs://bucket/prefix, or a folder. */
  readonly runs: string;
  readonly metrics: string | undefined;
  /** The run: one that is repeated under the same name writes nothing twice. Undefined for one of its own. */
  readonly execution: string | undefined;
  /** From 0. */
  readonly task: number;
  readonly tasks: number;
  /** How often the task was begun before. */
  readonly attempt: number;
  /** The day that the run is for, as 2024-01-31, where it is not the one before it started. */
  readonly yesterday: string | undefined;
  /** The partition that the run is for. */
  readonly partition: string | undefined;
  /** Where what memory does not hold is put aside. */
  readonly spill: string | undefined;
}

/** A message has 10 MB; in base64, with its envelope, that is somewhat less than this. */
const BODY_BYTES = 16 * 1024 * 1024;
/** Cloud Run has no more. @see https://cloud.google.com/run/quotas */
const MOST_TASKS = 10_000;

/** @throws Error that names every variable and flag that is not valid, and what it should be. */
export function readSettings(
  environment: Environment,
  flags: readonly string[],
): PullEnvironment | PushEnvironment | BatchEnvironment {
  const read = new Reader(environment);
  const settings = environment.MODE === "batch" ? batch(read, flags) : streamed(read, environment, flags);
  if (read.problems.length > 0) throw new Error(`The environment is not valid:\n  ${read.problems.join("\n  ")}`);
  return settings;
}

function streamed(read: Reader, environment: Environment, flags: readonly string[]): PullEnvironment | PushEnvironment {
  const common: Common = {
    port: read.number("PORT", 8080, 0, 65_535),
    pipeline: read.pipeline(),
    ...read.inputs(environment.MODE === "push"),
    outputs: read.outputs(),
    errors: read.errors(),
    memoryLimit: read.bytes("MEMORY_LIMIT"),
    otlp: otlpSettings(environment, read.say),
  };
  const settings = environment.MODE === "push" ? push(read, common) : pull(read, common, flags);
  if (environment.MODE !== "push" && environment.MODE !== "pull") {
    read.problems.push(`MODE is "${environment.MODE ?? ""}": it is "pull", "push" or "batch"`);
  }
  return settings;
}

function batch(read: Reader, flags: readonly string[]): BatchEnvironment {
  const tasks = read.number("CLOUD_RUN_TASK_COUNT", 1, 1, MOST_TASKS);
  for (const flag of flags) read.say(`${flag} is no flag: a run that ends has none`);
  return {
    mode: "batch",
    pipeline: read.pipeline(),
    inputs: readInputBindings("INPUTS", read.optional("INPUTS") ?? "", read.say),
    outputs: read.outputs(),
    errors: readOutputBinding("ERRORS", read.optional("ERRORS") ?? "", read.say) ?? { topic: "" },
    runs: read.text("CHECKPOINTS", "where runs keep what their tasks agree on: gs://bucket/prefix, or a folder"),
    metrics: read.optional("METRICS"),
    execution: read.optional("CLOUD_RUN_EXECUTION"),
    task: read.number("CLOUD_RUN_TASK_INDEX", 0, 0, tasks - 1),
    tasks,
    attempt: read.number("CLOUD_RUN_TASK_ATTEMPT", 0, 0, 1_000),
    yesterday: read.day("YESTERDAY"),
    partition: read.optional("PARTITION"),
    spill: read.optional("SPILL"),
  };
}

function pull(read: Reader, common: Common, flags: readonly string[]): PullEnvironment {
  const settings = {
    ...common,
    mode: "pull",
    checkpoints: read.text("CHECKPOINTS", "where the log of checkpoints is kept: gs://bucket/prefix, or a folder"),
    checkpointEvery: read.duration("CHECKPOINT_EVERY", "1s", 10, 60_000),
    lease: read.duration("LEASE", "30s", 10_000, 600_000),
    heartbeat: read.duration("HEARTBEAT", "5s", 100, 60_000),
    reset: flags.find((flag) => flag.startsWith("--reset-state="))?.slice("--reset-state=".length),
    assume: assumed(flags),
    drain: flags.includes("--drain"),
  } as const;
  for (const flag of flags) {
    if (!/^--(drain|reset-state=.+|assume-written|assume-lost)$/.test(flag)) {
      read.problems.push(
        `${flag} is no flag: there are --drain, --reset-state=<name>, --assume-written and --assume-lost`,
      );
    }
  }
  if (settings.drain && settings.reset !== undefined) {
    read.problems.push("--drain ends in order what --reset-state gives up: it is one of them");
  }
  return settings;
}

function assumed(flags: readonly string[]): "written" | "lost" | undefined {
  if (flags.includes("--assume-written")) return "written";
  return flags.includes("--assume-lost") ? "lost" : undefined;
}

const push = (read: Reader, common: Common): PushEnvironment => ({
  ...common,
  mode: "push",
  audience: read.optional("AUDIENCE"),
  pusher: read.optional("PUSHER"),
  maxBodyBytes: read.number("MAX_BODY_BYTES", BODY_BYTES, 1, 32 * 1024 * 1024),
});

class Reader {
  readonly problems: string[] = [];
  readonly say = (problem: string): void => void this.problems.push(problem);

  constructor(private readonly environment: Environment) {}

  optional(name: keyof Environment): string | undefined {
    return this.environment[name] || undefined;
  }

  text(name: keyof Environment, what: string): string {
    const value = this.optional(name);
    if (value === undefined) this.problems.push(`${name} is missing: it says ${what}`);
    return value ?? "";
  }

  pipeline(): string {
    return this.text("PIPELINE", "where the pipeline's spec is: gs://bucket/object, or a path");
  }

  outputs(): OutputBindings {
    return readOutputBindings("OUTPUTS", this.optional("OUTPUTS") ?? "", this.say);
  }

  number(name: keyof Environment, fallback: number, least: number, most: number): number {
    const text = this.optional(name);
    const value = text === undefined ? fallback : Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      this.problems.push(`${name} is "${text}": it is a whole number from ${least} to ${most}`);
    }
    return value;
  }

  /** "2024-01-31" */
  day(name: keyof Environment): string | undefined {
    const text = this.optional(name);
    if (text !== undefined && (text.length !== 10 || !isDateAt(text, 0))) {
      this.problems.push(`${name} is "${text}": it is a day, as 2024-01-31`);
    }
    return text;
  }

  /** "1Gi", "512Mi", or a number. */
  bytes(name: keyof Environment): number | undefined {
    const text = this.optional(name);
    if (text === undefined) return undefined;
    const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|)$/.exec(text) ?? [];
    if (amount === undefined) this.problems.push(`${name} is "${text}": it is 512Mi, 1Gi, or a number of bytes`);
    return Number(amount) * 1_024 ** ["", "Ki", "Mi", "Gi"].indexOf(unit);
  }

  duration(name: keyof Environment, fallback: string, least: number, most: number): number {
    const text = this.optional(name) ?? fallback;
    try {
      const value = milliseconds(text);
      if (value >= least && value <= most) return value;
      this.problems.push(`${name} is "${text}": it is from ${least / 1_000}s to ${most / 1_000}s`);
    } catch (error) {
      this.problems.push(`${name}: ${(error as Error).message}`);
    }
    return least;
  }

  /** The streams that messages come from, and where side inputs are read. @param one there may be no other stream */
  inputs(one: boolean): Pick<Common, "subscriptions" | "sides"> {
    const before = this.problems.length;
    const inputs = readInputBindings("INPUTS", this.optional("INPUTS") ?? "", this.say);
    const streams = Object.entries(inputs).flatMap(([name, input]) =>
      "subscription" in input ? [[name, input.subscription] as const] : [],
    );
    if (this.problems.length === before && (streams.length === 0 || (one && streams.length > 1))) {
      const wanted = one ? "what is pushed comes of one" : "it is one at least";
      this.say(`INPUTS names ${streams.length} streams: ${wanted}, { "<input>": { "subscription": ... } }`);
    }
    const sides = Object.entries(inputs).filter(([, input]) => !("subscription" in input));
    return { subscriptions: Object.fromEntries(streams), sides: Object.fromEntries(sides) };
  }

  errors(): string {
    const before = this.problems.length;
    const binding = readOutputBinding("ERRORS", this.optional("ERRORS") ?? "", this.say);
    if (binding !== undefined && "topic" in binding) return binding.topic;
    if (this.problems.length === before) this.say(`ERRORS is ${JSON.stringify(binding)}: it is { "topic": ... }`);
    return "";
  }
}
