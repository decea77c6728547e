/** What comes of constructs: their examples are made, and the stacks looked at. */
import { TerraformResource, Testing } from "cdktf";
import type { IConstruct } from "constructs";
import { rulesOf } from "../../constructs/core/rules";
import { GcpStack } from "../../constructs/core/stack";
import { ServiceAccount } from "../../constructs/iam/service-account";
import { allExamples } from "../../test/constructs/all-examples";

export interface Made {
  /** Resource types that the maximal example makes below itself. */
  readonly types: readonly string[];
  readonly rules: readonly { readonly id: string; readonly page: string }[];
  /** Verb to role. */
  readonly verbs: readonly { readonly verb: string; readonly role: string }[];
  /** Rights that it gives by itself, and why. */
  readonly given: readonly { readonly role: string; readonly on: string; readonly why: string }[];
}

const settings = {
  project: "acme-dev",
  projectNumber: "123456789012",
  region: "europe-west1",
  removal: "destroy",
} as const;

/** Of a construct by its service's folder and its name; undefined where it has no examples. */
export function madeOf(service: string, name: string): Made | undefined {
  const examples = allExamples[service]?.[name];
  if (examples === undefined) return undefined;
  const made = [examples.minimal, examples.maximal].map((build) => {
    const stack = new GcpStack(Testing.app({ stackTraces: false }), "catalogue", settings);
    return { stack, construct: build(stack) };
  });
  const rules = new Map(made.flatMap(({ construct }) => rulesOf(construct).map((rule) => [rule.id, rule] as const)));
  return {
    types: sorted(made.flatMap(({ construct }) => typesBelow(construct))),
    rules: [...rules.values()].map(({ id, page }) => ({ id, page })).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    verbs: verbsOf(examples.minimal),
    given: unique(made.flatMap(({ stack }) => givenIn(stack))),
  };
}

const sorted = (words: readonly string[]): readonly string[] => [...new Set(words)].toSorted();

function typesBelow(construct: IConstruct): readonly string[] {
  return construct.node
    .findAll()
    .filter((element) => TerraformResource.isTerraformResource(element))
    .map((resource) => resource.terraformResourceType);
}

/** Every method that begins with "grant", tried with an account. */
function verbsOf(build: (stack: GcpStack) => IConstruct): Made["verbs"] {
  const stack = new GcpStack(Testing.app({ stackTraces: false }), "catalogue", settings);
  const construct = build(stack);
  const to = new ServiceAccount(stack, "somebody");
  const verbs: { verb: string; role: string }[] = [];
  for (let proto: unknown = Object.getPrototypeOf(construct); proto !== null; proto = Object.getPrototypeOf(proto)) {
    for (const verb of Object.getOwnPropertyNames(proto)) {
      if (!/^grant[A-Z]/.test(verb) || verbs.some((one) => one.verb === verb)) continue;
      const method: unknown = (construct as unknown as { readonly [name: string]: unknown })[verb];
      if (typeof method !== "function") continue;
      const grant: unknown = attempt(() => method.call(construct, to) as unknown);
      if (typeof grant === "object" && grant !== null && "role" in grant)
        verbs.push({ verb, role: String(grant.role) });
    }
  }
  return verbs.toSorted((a, b) => (a.verb < b.verb ? -1 : 1));
}

/** Verbs that take more than an account are told in their comments. */
function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

function givenIn(stack: GcpStack): Made["given"] {
  const json = stack.toTerraform() as {
    readonly "//"?: { readonly journey?: { readonly whys?: { readonly [address: string]: string } } };
    readonly resource?: { readonly [type: string]: { readonly [name: string]: { readonly role?: string } } };
  };
  return Object.entries(json["//"]?.journey?.whys ?? {}).flatMap(([address, why]) => {
    const dot = address.indexOf(".");
    const type = address.slice(0, dot);
    const role = json.resource?.[type]?.[address.slice(dot + 1)]?.role;
    return role === undefined ? [] : [{ role, on: type.replace(/_iam_member$/, ""), why }];
  });
}

const unique = (given: Made["given"]): Made["given"] => [
  ...new Map(given.map((one) => [`${one.role} ${one.on} ${one.why}`, one])).values(),
];
