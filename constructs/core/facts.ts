import type { IConstruct } from "constructs";
import { isWaived } from "./rules";
import { warn } from "./warn";

/** A fact and the construct that told it. */
export type Told<Fact> = Fact & { readonly at: IConstruct };

/** All that was told in an app, by kind. */
export interface Facts {
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
class App {
  static readonly all = new WeakMap<IConstruct, App>();
  readonly kinds = new Map<FactKind<never>, Told<object>[]>();
  /** Undefined while something was told since the rules were asked. */
  private found: readonly Found[] | undefined;

  static of(at: IConstruct): App {
    const { root } = at.node;
    const app = App.all.get(root) ?? new App();
    App.all.set(root, app);
    return app;
  }

  tell(kind: FactKind<never>, fact: Told<object>): void {
    const told = this.kinds.get(kind) ?? [];
    this.kinds.set(kind, told);
    told.push(fact);
    this.found = undefined;
  }

  /** All stacks of an app are asked for what is found, one after the other: rules are asked once. */
  get findings(): readonly Found[] {
    return (this.found ??= this.ask());
  }

  private ask(): readonly Found[] {
    const facts: Facts = {
      // Facts of a kind are of its type: tell() is the only way in.
      all: <Fact extends object>(kind: FactKind<Fact>) =>
        (this.kinds.get(kind) ?? []) as unknown as readonly Told<Fact>[],
    };
    const rules = new Set([...this.kinds.keys()].flatMap((kind) => kind.rules()));
    return [...rules].flatMap((rule) => rule.broken(facts).map(({ at, says }) => ({ rule, at, says })));
  }
}

interface Found extends Finding {
  readonly rule: JourneyRule;
}

/**
 * One kind of thing that constructs tell of themselves, so that rules see a journey and not its Terraform.
 *
 *     export const topics = new FactKind<{ readonly topic: string }>(() => [unreadTopic]);
 *     topics.tell(this, { topic: this.path });
 */
export class FactKind<in Fact extends object> {
  /** @param rules those that are asked where there is a fact of this kind */
  constructor(readonly rules: () => readonly JourneyRule[] = () => []) {}

  tell(at: IConstruct, fact: Fact): void {
    App.of(at).tell(this, Object.assign(fact, { at }));
  }
}

/** Asks the rules of whole journeys, adds the warnings to the constructs of this stack and returns its errors. */
export function findingsOf(stack: IConstruct): string[] {
  const errors: string[] = [];
  for (const { rule, at, says } of App.of(stack).findings) {
    if (!at.node.scopes.includes(stack) || isWaived(at, rule.id)) continue;
    const sentence = `${says} [${rule.id}] (${rule.page})`;
    if (rule.level === "error") errors.push(`${at.node.path}: ${sentence}`);
    else warn(at, sentence);
  }
  return errors;
}
