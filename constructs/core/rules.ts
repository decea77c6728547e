import { Token } from "cdktf";
import type { Construct, IConstruct } from "constructs";

/**
 * What must hold of a construct's props, as data: a condition and the sentence for who breaks it.
 *
 *     { id: "backoff-order", reads: ["backoff"], page: "https://...",
 *       broken: ({ backoff }) => shorter(backoff) ? `backoff.minimum is above backoff.maximum` : undefined }
 */
export interface Rule<Props> {
  /** Its name in {@link withoutRule}: "filter-size". */
  readonly id: string;
  /** The props it looks at. Where one of them is known only at apply (a token), the rule is not asked. */
  readonly reads: readonly (keyof Props & string)[];
  /** Ask it of tokens too: a duration that is known only at apply is of no use to anybody. */
  readonly ofTokens?: true;
  /** The documentation that says so. */
  readonly page: string;
  /** @returns what is wrong, with the value and the limit, or undefined where all is well */
  broken(props: Props): string | undefined;
}

export type Rules<Props> = readonly Rule<Props>[];

/** Everything that is wrong with the props of one construct. */
export class InvalidProps extends Error {
  override readonly name = "InvalidProps";

  constructor(
    readonly path: string,
    /** Ids of the rules that are broken. */
    readonly rules: readonly string[],
    sentences: readonly string[],
  ) {
    const count = sentences.length === 1 ? "1 option is" : `${sentences.length} options are`;
    super(`${path}: ${count} not valid\n${sentences.map((sentence) => `  ${sentence}`).join("\n")}`);
  }
}

/**
 * Asks every rule, and reports all that are broken at once.
 * @throws InvalidProps with the construct's path, and for each broken rule the value, the limit and the page
 */
export function check<Props extends object>(construct: Construct, props: Props, rules: Rules<Props>): void {
  asked.set(construct, [...rulesOf(construct), ...rules]);
  const broken: { rule: string; sentence: string }[] = [];
  for (const rule of rules) {
    if (isWaived(construct, rule.id)) continue;
    if (rule.ofTokens !== true && rule.reads.some((name) => holdsToken(props[name]))) continue;
    const sentence = rule.broken(props);
    if (sentence !== undefined) broken.push({ rule: rule.id, sentence: `${sentence} (${rule.page})` });
  }
  if (broken.length > 0) {
    throw new InvalidProps(
      construct.node.path,
      broken.map(({ rule }) => rule),
      broken.map(({ sentence }) => sentence),
    );
  }
}

const asked = new WeakMap<IConstruct, readonly Pick<Rule<never>, "id" | "page">[]>();

/** The rules that a construct's props were held against, with the pages that say so. */
export const rulesOf = (construct: IConstruct): readonly Pick<Rule<never>, "id" | "page">[] =>
  asked.get(construct) ?? [];

/** A value that is known only at apply, or holds one. */
function holdsToken(value: unknown): boolean {
  if (Token.isUnresolved(value)) return true;
  if (Array.isArray(value)) return value.some(holdsToken);
  // Plain objects only: a construct among the props is no value to look into.
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value).some(holdsToken);
}

/** A rule that somebody decided to break, and why. */
export interface Waiver {
  readonly rule: string;
  /** The construct's path: the rule is not asked there and below. */
  readonly at: string;
  readonly why: string;
}

const waivers = new WeakMap<IConstruct, Waiver[]>();

/**
 * Breaks a rule on purpose, for this construct and all below it. Call it before what breaks the rule is made.
 * The waiver and its reason are written into the synthesized stack, where a review sees them.
 *
 *     withoutRule(this, "topic-unread", "read by the billing team's project");
 */
export function withoutRule(scope: IConstruct, rule: string, why: string): void {
  const here = waivers.get(scope) ?? [];
  waivers.set(scope, [...here, { rule, at: scope.node.path, why }]);
}

export function isWaived(construct: IConstruct, rule: string): boolean {
  return construct.node.scopes.some((scope) => waiversAt(scope).some((waiver) => waiver.rule === rule));
}

/** The waivers made at this very construct. */
export const waiversAt = (construct: IConstruct): readonly Waiver[] => waivers.get(construct) ?? [];
