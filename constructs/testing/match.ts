/**
 * What a resource is held against. A plain object means "has at least this", at any depth; a list means "is this list,
 * each item like that"; text, numbers and truth values mean themselves.
 *
 *     template.hasResource("google_pubsub_subscription", { filter: Match.absent(), push_config: Match.any() });
 */
export abstract class Matcher {
  /** @returns what is wrong with a value, each with its path below it; none where it fits */
  abstract misfits(value: unknown): readonly Misfit[];
  /** As it is written in messages: `absent`. */
  abstract toString(): string;
}

/** Where something differs and how: ".labels.team" "is missing". */
export interface Misfit {
  readonly path: string;
  readonly says: string;
}

export const Match = {
  /** Anything, as long as it is there. */
  any: (): Matcher => matcher("anything", (value) => (value === undefined ? "is missing" : undefined)),
  /** Nothing: the option is not set. */
  absent: (): Matcher =>
    matcher("absent", (value) => (value === undefined ? undefined : `is ${shown(value)}, not absent`)),
  /** A text of a form. */
  text: (form: RegExp): Matcher =>
    matcher(`text like ${form}`, (value) =>
      typeof value === "string" && form.test(value) ? undefined : `is ${shown(value)}, not a text like ${form}`,
    ),
  /** Exactly this: nothing beside what is named, at any depth. */
  exactly: (expected: unknown): Matcher => new Exactly(expected),
  /** A list that has items like these, in any order, and maybe others. */
  includes: (...items: readonly unknown[]): Matcher => new Includes(items),
  /** JSON in a text: a table's schema, a dashboard. */
  json: (expected: unknown): Matcher => new JsonText(expected),
  /** Whatever does not fit the other. */
  not: (expected: unknown): Matcher =>
    matcher(`not ${shown(expected)}`, (value) =>
      misfits(value, expected).length > 0 ? undefined : `is ${shown(value)}, and must not be`,
    ),
};

function matcher(words: string, wrong: (value: unknown) => string | undefined): Matcher {
  return new (class extends Matcher {
    override misfits(value: unknown): readonly Misfit[] {
      const says = wrong(value);
      return says === undefined ? [] : [{ path: "", says }];
    }

    override toString(): string {
      return words;
    }
  })();
}

class Exactly extends Matcher {
  constructor(private readonly expected: unknown) {
    super();
  }

  override misfits(value: unknown): readonly Misfit[] {
    return [...misfits(value, this.expected), ...strays(value, this.expected, "")];
  }

  override toString(): string {
    return `exactly ${shown(this.expected)}`;
  }
}

class Includes extends Matcher {
  constructor(private readonly items: readonly unknown[]) {
    super();
  }

  override misfits(value: unknown): readonly Misfit[] {
    if (!Array.isArray(value)) return [{ path: "", says: `is ${shown(value)}, not a list` }];
    return this.items
      .filter((item) => !value.some((one) => misfits(one, item).length === 0))
      .map((item) => ({ path: "", says: `has no item like ${shown(item)}` }));
  }

  override toString(): string {
    return `a list with ${this.items.map(shown).join(", ")}`;
  }
}

class JsonText extends Matcher {
  constructor(private readonly expected: unknown) {
    super();
  }

  override misfits(value: unknown): readonly Misfit[] {
    if (typeof value !== "string") return [{ path: "", says: `is ${shown(value)}, not a text of JSON` }];
    try {
      return misfits(JSON.parse(value), this.expected);
    } catch {
      return [{ path: "", says: `is ${shown(value)}, which is not JSON` }];
    }
  }

  override toString(): string {
    return `JSON of ${shown(this.expected)}`;
  }
}

/** Where a value is not like what is expected; none where it is. */
export function misfits(value: unknown, expected: unknown): readonly Misfit[] {
  if (expected instanceof Matcher) return expected.misfits(value);
  if (Array.isArray(expected)) {
    if (!Array.isArray(value)) return [{ path: "", says: `is ${shown(value)}, not the list ${shown(expected)}` }];
    if (value.length !== expected.length) {
      return [{ path: "", says: `has ${value.length} items, not ${expected.length}: ${shown(value)}` }];
    }
    return expected.flatMap((item, index) => below(`[${index}]`, misfits(value[index], item)));
  }
  if (typeof expected === "object" && expected !== null) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return [{ path: "", says: value === undefined ? "is missing" : `is ${shown(value)}, not ${shown(expected)}` }];
    }
    const found: { readonly [name: string]: unknown } = { ...value };
    return Object.entries(expected).flatMap(([name, item]) => below(`.${name}`, misfits(found[name], item)));
  }
  if (value === expected) return [];
  return [
    {
      path: "",
      says: value === undefined ? `is missing, not ${shown(expected)}` : `is ${shown(value)}, not ${shown(expected)}`,
    },
  ];
}

const below = (path: string, found: readonly Misfit[]): Misfit[] =>
  found.map((misfit) => ({ ...misfit, path: `${path}${misfit.path}` }));

/** What a value has beside what is expected of it. */
function strays(value: unknown, expected: unknown, path: string): Misfit[] {
  if (typeof value !== "object" || value === null || expected instanceof Matcher) return [];
  if (typeof expected !== "object" || expected === null) return [];
  const known: { readonly [name: string]: unknown } = { ...expected };
  return Object.entries(value).flatMap(([name, item]) => {
    const there = Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`;
    return name in known
      ? strays(item, known[name], there)
      : [{ path: there, says: `is ${shown(item)}, and nobody expects it` }];
  });
}

/** A value in a message. */
export function shown(value: unknown): string {
  if (value instanceof Matcher) return value.toString();
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([name, item]) => `${name}: ${shown(item)}`);
    return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
  }
  return value === undefined ? "nothing" : JSON.stringify(value);
}
