import { DefaultTokenResolver, StringConcat, TerraformStack, Token, Tokenization, type TerraformResource } from "cdktf";
import type { IConstruct } from "constructs";
import { FactKind, type Facts, type JourneyRule, type Told } from "./facts";
import { rights } from "./rights";
import { addressOf } from "./waits";

export { rights } from "./rights";

/** Something on which rights can be given. */
interface Shared {
  /** As plain text: projects/P/topics/T, P.D.T, a bucket's name. */
  readonly fullName: string;
  /** Where this app makes it. */
  readonly resource: TerraformResource | undefined;
  /** What contains it, by full name. */
  readonly within: string | undefined;
  /** The verbs that let a workload use it; undefined where its name alone is of use. */
  readonly verbs: string | undefined;
}

/** What a workload is told, and may so name what it is to use. */
interface Use {
  readonly member: string;
  /** "env TOPIC" */
  readonly where: string;
  readonly text: string;
}

/** A workload is told a name for somebody else to use: tasks call a service as an account of their own. */
interface Relay {
  readonly member: string;
  readonly text: string;
}

export const shared = new FactKind<Shared>();
export const uses = new FactKind<Use>(() => [useWithoutRight, rightWithoutUse]);
export const relays = new FactKind<Relay>();

const page = "https://cloud.google.com/iam/docs/using-iam-securely#least_privilege";

const useWithoutRight: JourneyRule = {
  id: "use-without-right",
  level: "error",
  page,
  broken(facts) {
    const named = new Names(facts);
    const given = new Set(facts.all(rights).map(({ member, fullName }) => `${member} ${fullName}`));
    for (const { at, member, text } of facts.all(relays)) {
      for (const { fullName } of named.in(text, at)) given.add(`${member} ${fullName}`);
    }
    return facts.all(uses).flatMap(({ at, member, where, text }) =>
      named
        .in(text, at)
        .filter(
          ({ verbs, fullName, within }) =>
            verbs !== undefined && !given.has(`${member} ${fullName}`) && !given.has(`${member} ${within}`),
        )
        .map(({ fullName, verbs }) => ({
          at,
          says: `${where} names ${fullName}, on which this workload's account has no right: give it one (${verbs})`,
        })),
    );
  },
};

/** What was given for a use that is not there. What the stack's own code asked for is somebody's decision. */
const rightWithoutUse: JourneyRule = {
  id: "right-without-use",
  level: "error",
  page,
  broken(facts) {
    const named = new Names(facts);
    const users = new Set<string>();
    const used = new Set<string>();
    for (const { at, member, text } of facts.all(uses)) {
      users.add(member);
      for (const { fullName, within } of named.in(text, at)) {
        used.add(`${member} ${fullName}`);
        if (within !== undefined) used.add(`${member} ${within}`);
      }
    }
    return facts
      .all(rights)
      .filter(
        ({ member, fullName, unasked }) =>
          // A right on a project names nothing that could be seen to be used.
          unasked && users.has(member) && !used.has(`${member} ${fullName}`) && !/^projects\/[^/]+$/.test(fullName),
      )
      .map(({ at, fullName }) => ({ at, says: `has a right on ${fullName} that nothing it runs makes use of` }));
  },
};

/** What is shared, found by the names that texts have of it. */
export class Names {
  private readonly byName = new Map<string, Told<Shared>>();
  private readonly byAddress = new Map<string, Told<Shared>>();

  constructor(facts: Facts) {
    for (const one of facts.all(shared)) {
      this.byName.set(one.fullName, one);
      if (one.resource) this.byAddress.set(keyOf(one.resource, addressOf(one.resource)), one);
    }
  }

  in(text: string, at: IConstruct): readonly Told<Shared>[] {
    const stack = TerraformStack.of(at);
    const plain = plainText(text, stack);
    const found = new Set<Told<Shared>>();
    for (const [, address = ""] of plain.matchAll(/\$\{(google_[a-z0-9_]+\.[A-Za-z0-9_-]+)\./g)) {
      const one = this.byAddress.get(keyOf(stack, address));
      if (one) found.add(one);
    }
    for (const [word] of plain.matchAll(/(?:https:\/\/)?[A-Za-z0-9][A-Za-z0-9\-_.~+%/@]*/g)) {
      const parts = word.split("/");
      // The whole, a bucket before its object, a dataset before its table, a service's address before a path, and what
      // lies below projects/P/topics/T.
      const dataset = word.slice(0, Math.max(0, word.lastIndexOf(".")));
      const below = [
        parts[0],
        dataset,
        parts.slice(0, 3).join("/"),
        parts.slice(0, 4).join("/"),
        parts.slice(0, 6).join("/"),
      ];
      // Who names a table that is known names that, and not all of its dataset.
      for (const candidate of this.byName.has(word) ? [word] : below) {
        const one = candidate === undefined ? undefined : this.byName.get(candidate);
        if (one) found.add(one);
      }
    }
    return [...found];
  }
}

/** A text as it will stand in a stack: references as Terraform writes them. */
export function plainText(text: string, stack: TerraformStack): string {
  return Token.isUnresolved(text) ? String(Tokenization.resolve(text, { scope: stack, resolver })) : text;
}

const resolver = new DefaultTokenResolver(new StringConcat());

/** Two stacks may each have a resource of one address. */
const keyOf = (at: IConstruct, address: string): string => `${TerraformStack.of(at).node.path} ${address}`;
