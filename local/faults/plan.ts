import { readFileSync } from "node:fs";
import { milliseconds } from "../../pipeline/duration";
import type { Code } from "../errors";
import { StackProblem } from "../stack/problem";

/** What goes wrong with a call that a fault strikes. */
export type Trouble =
  /** It is not done, and the caller is told so. */
  | { readonly what: "error"; readonly code: Code }
  /** It is done, and the caller is not told: the connection breaks before the answer. */
  | { readonly what: "lost" }
  /** It is not done, and the caller is told that it is, as Pub/Sub may do with an acknowledgement. */
  | { readonly what: "forgotten" }
  /** Nothing else: it takes longer. */
  | { readonly what: "slow" };

/** Something that happens to calls of the workloads, now and then. */
export interface CallFault {
  readonly kind: "call";
  /** "pubsub", "bigquery", "storage" */
  readonly service: string;
  /** A part of "/google.pubsub.v1.Publisher/Publish" or of "POST /upload/storage/v1/b/...". */
  readonly method: string;
  /** Of these calls, from 0 to 1. Of a stream, each message that the workload sends is a call. */
  readonly share: number;
  readonly trouble: Trouble;
  /** Milliseconds before anything else happens, at most; how long is drawn by lot. */
  readonly delay: number;
}

/** A process that is killed again and again. */
export interface KillFault {
  readonly kind: "kill";
  /** "dj-run-service-proxy" */
  readonly workload: string;
  readonly signal: "SIGKILL" | "SIGTERM";
  /** Milliseconds from one to the next: from half of it to one and a half, drawn by lot. */
  readonly every: number;
}

export type Fault = CallFault | KillFault;

export interface FaultPlan {
  /** The same seed draws the same lots. */
  readonly seed: number;
  readonly faults: readonly Fault[];
}

const services = ["bigquery", "pubsub", "storage"];
const codes: readonly Code[] = ["UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "ABORTED"];
const form =
  'such as {"seed": 1, "faults": [{"service": "pubsub", "method": "Acknowledge", "share": 0.1, "lost": true}]}';

/**
 * Reads a plan from a file.
 *
 *     {
 *       "seed": 1,
 *       "faults": [
 *         { "service": "bigquery", "method": "AppendRows", "share": 0.05, "error": "UNAVAILABLE", "delay": "2s" },
 *         { "service": "pubsub", "method": "Acknowledge", "share": 0.05, "forgotten": true },
 *         { "service": "storage", "share": 0.1, "lost": true },
 *         { "workload": "user-activity", "kill": "SIGKILL", "every": "20s" }
 *       ]
 *     }
 *
 * @throws StackProblem that names the file, the fault and what is wrong with it
 */
export function readFaults(file: string): FaultPlan {
  const plan = objectOf(json(file), file);
  const { seed = 1, faults } = plan;
  if (!Number.isSafeInteger(seed)) throw new StackProblem(`${file}: seed is ${shown(seed)}: write a whole number`);
  if (!Array.isArray(faults)) throw new StackProblem(`${file}: "faults" is no list: ${form}`);
  return {
    seed: seed as number,
    faults: faults.map((fault: unknown, index) => {
      const where = `${file}: fault ${index + 1}`;
      const given = objectOf(fault, where);
      return "workload" in given ? killOf(given, where) : callOf(given, where);
    }),
  };
}

type Given = { readonly [name: string]: unknown };

function callOf(given: Given, where: string): CallFault {
  const { service, method = "", share = 1, delay, error, lost, forgotten, ...rest } = given;
  unknownNames(rest, where, "service, method, share, delay, error, lost, forgotten");
  if (typeof service !== "string" || !services.includes(service)) {
    throw new StackProblem(`${where}: service is ${shown(service)}: there are ${services.join(", ")}`);
  }
  if (typeof method !== "string")
    throw new StackProblem(`${where}: method is ${shown(method)}: write a part of its name`);
  if (typeof share !== "number" || !(share > 0 && share <= 1)) {
    throw new StackProblem(`${where}: share is ${shown(share)}: write a number above 0, 1 at most`);
  }
  const troubles: readonly Trouble[] = [
    ...(error === undefined ? [] : [{ what: "error", code: codeOf(error, where) } as const]),
    ...(lost === true ? [{ what: "lost" } as const] : []),
    ...(forgotten === true ? [{ what: "forgotten" } as const] : []),
  ];
  const [trouble = { what: "slow" } as const, ...others] = troubles;
  if (others.length > 0) throw new StackProblem(`${where}: error, lost and forgotten exclude each other`);
  if (trouble.what === "slow" && delay === undefined) {
    throw new StackProblem(`${where}: nothing happens: give it error, lost, forgotten or delay`);
  }
  // Of anything else the caller would rely on what was never done, and no engine could be right.
  if (trouble.what === "forgotten" && !/Acknowledge|ModifyAckDeadline/.test(method)) {
    throw new StackProblem(`${where}: only Pub/Sub's Acknowledge and ModifyAckDeadline may be forgotten`);
  }
  return {
    kind: "call",
    service,
    method,
    share,
    trouble,
    delay: delay === undefined ? 0 : millis(delay, "delay", where),
  };
}

function killOf(given: Given, where: string): KillFault {
  const { workload, kill = "SIGKILL", every, ...rest } = given;
  unknownNames(rest, where, "workload, kill, every");
  if (typeof workload !== "string") throw new StackProblem(`${where}: workload is ${shown(workload)}: write its name`);
  if (kill !== "SIGKILL" && kill !== "SIGTERM") {
    throw new StackProblem(`${where}: kill is ${shown(kill)}: write SIGKILL or SIGTERM`);
  }
  const between = millis(every, "every", where);
  if (between < 100) throw new StackProblem(`${where}: every is ${shown(every)}: 100ms is the least`);
  return { kind: "kill", workload, signal: kill, every: between };
}

function codeOf(error: unknown, where: string): Code {
  const code = codes.find((one) => one === error);
  if (code === undefined) throw new StackProblem(`${where}: error is ${shown(error)}: there are ${codes.join(", ")}`);
  return code;
}

function millis(value: unknown, name: string, where: string): number {
  try {
    return milliseconds(value as string);
  } catch {
    throw new StackProblem(`${where}: ${name} is ${shown(value)}: write a duration, as in "2s"`);
  }
}

function unknownNames(rest: Given, where: string, known: string): void {
  const [name] = Object.keys(rest);
  if (name !== undefined) throw new StackProblem(`${where}: nothing is called "${name}": there are ${known}`);
}

function json(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new StackProblem(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function objectOf(value: unknown, where: string): Given {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Given;
  throw new StackProblem(`${where} is no object: ${form}`);
}

const shown = (value: unknown): string => JSON.stringify(value) ?? "missing";
