import type { FieldSpec } from "../../pipeline/spec";
import type { IngestProxyEnvironment } from "./contract";

/** What the proxy is told, checked. */
export interface ProxyOptions {
  readonly port: number;
  /** projects/P/topics/T */
  readonly topic: string;
  readonly attributes: readonly string[];
  readonly maxBodyBytes: number;
  /** Infinity where the service's own limits (instances, concurrency) are all there is. */
  readonly maxRequestsPerSecond: number;
  readonly eventFields: readonly FieldSpec[] | undefined;
  /** host:port of an emulator, without TLS and tokens; undefined in the cloud. */
  readonly emulator: string | undefined;
  /** host:port of the metadata server. */
  readonly metadataHost: string;
}

/** The container's environment: the contract's, and what Cloud Run and Google's clients know. */
export type Environment = Partial<IngestProxyEnvironment> & {
  readonly PORT?: string;
  readonly PUBSUB_EMULATOR_HOST?: string;
  readonly GCE_METADATA_HOST?: string;
};

const KIBI = 1024;
/** A click has some hundred bytes, a batch of a thousand some hundred thousand. */
const DEFAULT_MAX_BODY_BYTES = 1024 * KIBI;
/** A publish request takes 10 MB with attributes and framing (https://cloud.google.com/pubsub/quotas#resource_limits). */
const LARGEST_MAX_BODY_BYTES = 9 * 1000 * 1000;
/** https://cloud.google.com/pubsub/quotas#resource_limits */
const MAX_ATTRIBUTES = 100;
const MAX_ATTRIBUTE_KEY_BYTES = 256;

/** @throws Error that names every variable that is not valid, with its limit. */
export function readOptions(environment: Environment): ProxyOptions {
  const problems: string[] = [];
  const number = (name: keyof Environment, fallback: number, least: number, most: number): number => {
    const text = environment[name];
    if (text === undefined || text === "") return fallback;
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      problems.push(`${name} is "${text}": a whole number from ${least} to ${most} is needed`);
    }
    return value;
  };

  const topic = environment.TOPIC ?? "";
  if (!/^projects\/[^/]+\/topics\/[^/]+$/.test(topic)) {
    problems.push(`TOPIC is "${topic}": it is where events go, as projects/<project>/topics/<topic>`);
  }
  const options: ProxyOptions = {
    port: number("PORT", 8080, 0, 65535),
    topic,
    attributes: attributeNames(environment.ATTRIBUTES, problems),
    maxBodyBytes: number("MAX_BODY_BYTES", DEFAULT_MAX_BODY_BYTES, 1, LARGEST_MAX_BODY_BYTES),
    maxRequestsPerSecond: number("MAX_REQUESTS_PER_SECOND", Infinity, 1, 1_000_000),
    eventFields: list("EVENT_FIELDS", environment.EVENT_FIELDS, problems) as readonly FieldSpec[] | undefined,
    emulator: environment.PUBSUB_EMULATOR_HOST || undefined,
    metadataHost: environment.GCE_METADATA_HOST || "metadata.google.internal",
  };
  if (problems.length > 0) throw new Error(`The environment is not valid:\n  ${problems.join("\n  ")}`);
  return options;
}

function attributeNames(text: string | undefined, problems: string[]): readonly string[] {
  const names = list("ATTRIBUTES", text, problems) ?? [];
  if (names.length > MAX_ATTRIBUTES) {
    problems.push(`ATTRIBUTES has ${names.length} names: Pub/Sub takes at most ${MAX_ATTRIBUTES} attributes`);
  }
  return names.filter((name): name is string => {
    if (typeof name !== "string" || name === "") {
      problems.push(`ATTRIBUTES holds ${JSON.stringify(name)}: the names of fields are needed`);
      return false;
    }
    if (Buffer.byteLength(name) > MAX_ATTRIBUTE_KEY_BYTES || name.startsWith("goog")) {
      problems.push(
        `ATTRIBUTES holds "${name}": Pub/Sub takes names of at most ${MAX_ATTRIBUTE_KEY_BYTES} bytes that do not begin with "goog"`,
      );
    }
    return true;
  });
}

function list(name: string, text: string | undefined, problems: string[]): readonly unknown[] | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
  } catch {
    // What follows says it.
  }
  problems.push(`${name} is not a JSON array`);
  return undefined;
}
