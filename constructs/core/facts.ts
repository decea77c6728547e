import type { IConstruct } from "constructs";
import { isWaived } from "./rules";
import { warn } from "./warn";

/** A fact and the construct that told it. */
type Told<Fact> = Fact & { readonly at: IConstruct };

/** All that was told in an app, by kind. */
interface Facts {
  all<Fact extends object>(kind: FactKind<Fact>): readonly Told<Fact>[];
}

interface Finding {
  readonly at: IConstruct;
  readonly says: string;
}

/** What must hold of a whole journey, and what no single construct can see. */
export interface JourneyRule {
  /** Its name in {@link withoutRule}: "topic-unread". */
  readonly id: string;
  /** "error" for what surely fails or loses data; "warning" where something outside of this app may make it right. */
  readonly level: "error" | "warning";
  readonly page: string;
  broken(facts: Facts): readonly Finding[];
}

/** By app and not by stack: a topic and its readers may be stacks apart. */
const toldIn = new WeakMap<IConstruct, Map<unknown, Told<object>[]>>();

/**
 * One kind of thing that constructs tell of themselves, so that rules see a journey and not its Terraform.
 *
 *     export const topics = new FactKind<{ readonly topic: string }>(() => [unreadTopic]);
 *     topics.tell(this, { topic: this.path });
 */
export class FactKind<Fact extends object> {
  /** @param rules those that are asked where there is a fact of this kind */
  constructor(readonly rules: () => readonly JourneyRule[] = () => []) {}

  tell(at: IConstruct, fact: Fact): void {
    const told = toldIn.get(at.node.root) ?? new Map<unknown, Told<object>[]>();
    toldIn.set(at.node.root, told);
    const facts = told.get(this) ?? [];
    told.set(this, facts);
    facts.push({ ...fact, at });
  }
}

/** Asks the rules of whole journeys, adds the warnings to the constructs of this stack and returns its errors. */
export function findingsOf(stack: IConstruct): string[] {
  const told = toldIn.get(stack.node.root) ?? new Map<unknown, Told<object>[]>();
  const facts: Facts = {
    // Facts of a kind are of its type: tell() is the only way in.
    all: <Fact extends object>(kind: FactKind<Fact>) => (told.get(kind) ?? []) as unknown as readonly Told<Fact>[],
  };
  const kinds = [...told.keys()].filter((kind) => kind instanceof FactKind);
  const rules = new Set(kinds.flatMap((kind: FactKind<object>) => kind.rules()));
  const errors: string[] = [];
  for (const rule of rules) {
    for (const { at, says } of rule.broken(facts)) {
      if (!at.node.scopes.includes(stack) || isWaived(at, rule.id)) continue;
      const sentence = `${says} [${rule.id}] (${rule.page})`;
      if (rule.level === "error") errors.push(`${at.node.path}: ${sentence}`);
      else warn(at, sentence);
    }
  }
  return errors;
}
