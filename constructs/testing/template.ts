import type { TerraformStack } from "cdktf";
import { Testing } from "cdktf";

type Json = { readonly [name: string]: unknown };

/**
 * A stack as Terraform will read it, for tests. All rules are asked, those of whole journeys too: cdktf's own
 * `Testing.synth` asks them only when told to.
 *
 *     const template = Template.of(new GamingEvents(Testing.app(), "test", stages.dev));
 *     expect(template.resource("google_pubsub_topic.clicks")).toMatchObject({ name: "clicks" });
 *     expect(template.toJSON()).toMatchSnapshot();
 */
export class Template {
  private constructor(
    private readonly json: Json,
    /** What the stack tells the local cloud and the command line: `"//".journey`. */
    readonly journey: Json,
  ) {}

  /** @throws Error with every rule that is broken */
  static of(stack: TerraformStack): Template {
    const json = objectOf(JSON.parse(Testing.synth(stack, true)));
    return new Template(json, objectOf(objectOf(objectOf(stack.toTerraform())["//"])["journey"]));
  }

  /** "google_pubsub_topic.clicks", "data.google_...": sorted. */
  get addresses(): readonly string[] {
    return [...this.resources().keys()].toSorted();
  }

  /** @throws Error where there is none, with those of the type */
  resource(address: string): Json {
    const found = this.resources().get(address);
    if (found) return found;
    const type = address.slice(0, address.lastIndexOf("."));
    const others = this.addresses.filter((other) => other.startsWith(`${type}.`));
    throw new Error(`no ${address}; there ${others.length === 0 ? `is no ${type}` : `are ${others.join(", ")}`}`);
  }

  /** All resources of a type, by name. */
  ofType(type: string): { readonly [name: string]: Json } {
    const entries = [...this.resources()].filter(([address]) => address.startsWith(`${type}.`));
    return Object.fromEntries(entries.map(([address, config]) => [address.slice(type.length + 1), config]));
  }

  /**
   * What a snapshot should hold: sorted, and without what differs between two runs or two releases that mean the same
   * (versions, the backend, construct paths, hashes and digests of content).
   */
  toJSON(): Json {
    const { terraform: _versions, ...rest } = this.json;
    return objectOf(masked(rest));
  }

  private resources(): Map<string, Json> {
    const all = new Map<string, Json>();
    for (const [prefix, block] of [
      ["", this.json["resource"]],
      ["data.", this.json["data"]],
    ] as const) {
      for (const [type, named] of Object.entries(objectOf(block))) {
        for (const [name, config] of Object.entries(objectOf(named))) {
          all.set(`${prefix}${type}.${name}`, objectOf(config));
        }
      }
    }
    return all;
  }
}

function objectOf(value: unknown): Json {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** Where content is named by its hash. */
const hashes: readonly (readonly [form: RegExp, shown: string])[] = [
  [/sha256:[0-9a-f]{64}/g, "sha256:<digest>"],
  // Images by the hash of their folder.
  [/(docker\.pkg\.dev\/[^:\s"]+):[0-9a-f]{16}\b/g, "$1:<hash>"],
  // Objects by the hash of their content.
  [/-[0-9a-f]{12}(\.[a-z]+)?$/g, "-<hash>$1"],
];
const hashKeys = new Set(["graph", "templateVersion"]);

function masked(value: unknown, key = ""): unknown {
  if (typeof value === "string") {
    if (hashKeys.has(key)) return "<hash>";
    return hashes.reduce((text, [form, shown]) => text.replace(form, shown), value);
  }
  if (Array.isArray(value)) return value.map((item) => masked(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, masked(item, name)]));
}
