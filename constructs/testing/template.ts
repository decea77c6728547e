import type { TerraformStack } from "cdktf";
import { DefaultTokenResolver, StringConcat, Testing, Tokenization } from "cdktf";
import { Matcher, misfits, shown } from "./match";
import { snapshotOf } from "./snapshot";

/** What a resource is in Terraform's JSON. */
export type Json = { readonly [name: string]: unknown };

/**
 * A stack as Terraform will read it, for tests. All rules are asked, those of whole journeys too: cdktf's own
 * `Testing.synth` asks them only when told to.
 *
 *     const template = Template.fromStack(new GamingEvents(Testing.app(), "test", stages.dev));
 *     template.hasResource("google_pubsub_topic", { name: "clicks" });
 *     template.resourceCount("google_pubsub_subscription", 4);
 *
 * Expectations may hold what constructs hand out: `{ topic: topic.path }`.
 */
export class Template {
  private readonly byAddress = new Map<string, Json>();

  private constructor(
    private readonly stack: TerraformStack,
    private readonly json: Json,
    /** What the stack tells the local cloud and the command line: `"//".journey`. */
    readonly journey: Json,
  ) {
    for (const [prefix, block] of [
      ["", json["resource"]],
      ["data.", json["data"]],
    ] as const) {
      for (const [type, named] of Object.entries(objectOf(block))) {
        for (const [name, config] of Object.entries(objectOf(named))) {
          this.byAddress.set(`${prefix}${type}.${name}`, objectOf(config));
        }
      }
    }
  }

  /** @throws Error with every rule that is broken */
  static fromStack(stack: TerraformStack): Template {
    const json = objectOf(JSON.parse(Testing.synth(stack, true)));
    return new Template(stack, json, objectOf(objectOf(objectOf(stack.toTerraform())["//"])["journey"]));
  }

  /** "google_pubsub_topic.clicks", "data.google_...": sorted. */
  get addresses(): readonly string[] {
    return [...this.byAddress.keys()].toSorted();
  }

  /**
   * One resource, as it stands in the JSON.
   * @throws Error where there is none, with those of the type
   */
  resource(address: string): Json {
    const found = this.byAddress.get(address);
    if (found) return found;
    const type = address.slice(0, address.lastIndexOf("."));
    const others = this.addresses.filter((other) => other.startsWith(`${type}.`));
    throw new Error(`no ${address}; there ${others.length === 0 ? `is no ${type}` : `are ${others.join(", ")}`}`);
  }

  /**
   * All resources of a type, by name; with an expectation those that fit.
   * @param type "google_pubsub_topic", "data.google_..."
   */
  allResources(type: string, expected: unknown = {}): { readonly [name: string]: Json } {
    const wanted = this.resolve(expected);
    const found = this.addresses
      .filter((address) => address.slice(0, address.lastIndexOf(".")) === type)
      .map((address) => [address.slice(type.length + 1), this.resource(address)] as const)
      .filter(([, config]) => misfits(config, wanted).length === 0);
    return Object.fromEntries(found);
  }

  /**
   * Whether there is a resource that has at least these arguments; see {@link Match} for more than equality.
   * @throws Error where there is none, with how the one that comes nearest differs
   */
  hasResource(type: string, expected: unknown = {}): void {
    const wanted = this.resolve(expected);
    const all = Object.entries(this.allResources(type));
    const differing = all.map(([name, config]) => ({ name, found: misfits(config, wanted) }));
    if (differing.some(({ found }) => found.length === 0)) return;
    const nearest = differing.toSorted((a, b) => a.found.length - b.found.length)[0];
    if (nearest === undefined) throw new Error(`no ${type}: the stack has none`);
    const says = nearest.found.map(
      (misfit) => `\n  ${misfit.path === "" ? "it" : misfit.path.slice(1)} ${misfit.says}`,
    );
    throw new Error(`no ${type} is like ${shown(wanted)}. The nearest, ${nearest.name}:${says.join("")}`);
  }

  /** @throws Error where there are more or fewer of a type, with their names */
  resourceCount(type: string, count: number): void {
    const names = Object.keys(this.allResources(type));
    if (names.length === count) return;
    throw new Error(`${names.length} ${type}, not ${count}: ${names.length === 0 ? "none" : names.join(", ")}`);
  }

  /** The outputs by name, as expressions. */
  get outputs(): { readonly [name: string]: unknown } {
    const outputs = Object.entries(objectOf(this.json["output"]));
    return Object.fromEntries(outputs.map(([name, output]) => [name, objectOf(output)["value"]]));
  }

  /**
   * What a snapshot should hold: a text with a paragraph for each resource, sorted, without what differs between two
   * runs or two releases that mean the same (versions, the backend, paths of constructs, hashes of content).
   */
  toSnapshot(): string {
    return snapshotOf(this.json);
  }

  /** What constructs handed out, as Terraform writes it. */
  private resolve(expected: unknown): unknown {
    if (expected instanceof Matcher) return expected;
    if (Array.isArray(expected)) return expected.map((item) => this.resolve(item));
    if (typeof expected === "object" && expected !== null) {
      return Object.fromEntries(Object.entries(expected).map(([name, item]) => [name, this.resolve(item)]));
    }
    return Tokenization.resolve(expected, { scope: this.stack, resolver });
  }
}

const resolver = new DefaultTokenResolver(new StringConcat());

function objectOf(value: unknown): Json {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
