/** A synthesized stack as it stands in cdk.tf.json, before anything in it is evaluated. */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { StackProblem } from "./problem";
import type { Value } from "./values";

/** Arguments of a block, nested blocks within. */
interface Body {
  readonly [argument: string]: Value;
}

/** A resource or a data source. */
export interface Block {
  /** google_pubsub_topic.clicks, or data.google_project.this */
  readonly address: string;
  /** google_pubsub_topic, or data.google_project */
  readonly type: string;
  readonly name: string;
  /** Without what is Terraform's own: count, for_each, depends_on, lifecycle ... */
  readonly body: Body;
  /** Addresses. */
  readonly dependsOn: readonly string[];
  readonly count: Value | undefined;
  readonly forEach: Value | undefined;
}

/** The folder that a container is built from. */
export interface ImageFolder {
  /** Relative to `package`'s root, or to the app's folder where there is no package. */
  readonly folder: string;
  /** An npm package that holds the folder. */
  readonly package?: string;
}

export interface StackDocument {
  /** gaming-events-dev */
  readonly id: string;
  /** Where cdktf.json is: what folders of images are relative to. */
  readonly app: string;
  /** Where Terraform would run: what `path.module` is, and files that stand beside the stack are relative to. */
  readonly folder: string;
  readonly project: string;
  readonly projectNumber: string;
  readonly region: string;
  readonly blocks: readonly Block[];
  readonly locals: Body;
  /** Their defaults. */
  readonly variables: { readonly [name: string]: Value | undefined };
  readonly outputs: Body;
  /** Container image, as a workload names it, to the folder it is built from. */
  readonly images: { readonly [reference: string]: ImageFolder };
  /** What a right is for, by the address of the resource that gives it. */
  readonly whys: { readonly [address: string]: string };
}

/**
 * @param file cdk.tf.json
 * @param app the folder of cdktf.json
 * @throws StackProblem where it cannot be read as a stack
 */
export function readDocument(file: string, id: string, app: string): StackDocument {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new StackProblem(`${id}: ${file} cannot be read (${(error as Error).message}); synthesize the stack first`);
  }
  return { ...documentOf(text, id, app), folder: dirname(file) };
}

/** The same, from its text. */
export function documentOf(text: string, id: string, app: string): StackDocument {
  let json: Body;
  try {
    json = record(JSON.parse(text) as Value, id);
  } catch (error) {
    if (error instanceof StackProblem) throw error;
    throw new StackProblem(`${id}: the synthesized stack is not JSON: ${(error as Error).message}`);
  }
  const google = single(record(json["provider"] ?? {}, "provider")["google"]);
  const project = google["project"];
  if (typeof project !== "string" || project === "") {
    throw new StackProblem(`${id}: its google provider names no project, so nothing in it has a full name`);
  }
  const region = google["region"];
  const journey = record(record(json["//"] ?? {}, "//")["journey"] ?? {}, "journey");
  return {
    id,
    app,
    folder: ".",
    project,
    projectNumber: numberIn(text) ?? numberFor(project),
    region: typeof region === "string" ? region : "us-central1",
    blocks: [
      ...blocksOf(json["resource"], ""),
      ...blocksOf(json["data"], "data."),
      ...listOf(journey["assumed"]).map(assumedGrant),
    ],
    locals: single(json["locals"]),
    variables: mapped(json["variable"], (body) => body["default"]),
    outputs: mapped(json["output"], (body) => body["value"] ?? null),
    images: mapped(journey["images"], imageFolder),
    whys: Object.fromEntries(
      Object.entries(record(journey["whys"] ?? {}, "whys")).filter(
        (entry): entry is [string, string] => typeof entry[1] === "string",
      ),
    ),
  };
}

const metaArguments = ["//", "count", "for_each", "depends_on", "lifecycle", "provider", "provisioner", "connection"];

function blocksOf(section: Value | undefined, prefix: "" | "data."): Block[] {
  return Object.entries(record(section ?? {}, "resource")).flatMap(([type, named]) =>
    Object.entries(record(named, type)).map(([name, given]): Block => {
      const all = single(given);
      return {
        address: `${prefix}${type}.${name}`,
        type: `${prefix}${type}`,
        name,
        body: Object.fromEntries(Object.entries(all).filter(([argument]) => !metaArguments.includes(argument))),
        dependsOn: listOf(all["depends_on"]).filter((one) => typeof one === "string"),
        count: all["count"],
        forEach: all["for_each"],
      };
    }),
  );
}

function imageFolder(body: Body): ImageFolder {
  const { folder, package: from } = body;
  if (typeof folder !== "string") throw new StackProblem("an image in the synthesized stack has no folder");
  return { folder, ...(typeof from === "string" && { package: from }) };
}

/**
 * A right that somebody outside of the stack gives, as if the stack gave it. Constructs write its arguments in camel
 * case, apart from role and member.
 */
function assumedGrant(given: Value, index: number): Block {
  const { type, role = null, member = null, on = {} } = record(given, "assumed");
  const where = Object.entries(record(on, "on")).map(
    ([name, value]) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value] as const,
  );
  return {
    address: `journey.assumed.${index}`,
    type: typeof type === "string" ? type : "",
    name: `assumed-${index}`,
    body: { ...Object.fromEntries(where), role, member },
    dependsOn: [],
    count: undefined,
    forEach: undefined,
  };
}

/** The number that a stack was given stands in its service agents' addresses; there is no other place for it. */
function numberIn(text: string): string | undefined {
  return /(?:service-|bq-)(\d{6,})@/.exec(text)?.[1];
}

/** Twelve digits, the same for a project each time. */
function numberFor(project: string): string {
  let hash = 0n;
  for (const char of project) hash = (hash * 31n + BigInt(char.codePointAt(0) ?? 0)) % 900_000_000_000n;
  return String(100_000_000_000n + hash);
}

function record(value: Value, what: string): Body {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Body;
  throw new StackProblem(`${what} is not an object in the synthesized stack`);
}

/** JSON allows a list of blocks where there can be one only. */
function single(value: Value | undefined): Body {
  const first = Array.isArray(value) ? (value as readonly Value[])[0] : value;
  return record(first ?? {}, "a block");
}

function mapped<T>(section: Value | undefined, read: (body: Body) => T): { [name: string]: T } {
  return Object.fromEntries(
    Object.entries(record(section ?? {}, "a section")).map(([name, body]) => [name, read(single(body))]),
  );
}

function listOf(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? (value as readonly Value[]) : [];
}
