import { type Random, seeded } from "../../local/random";
import { eventJson } from "../../pipeline/schema/event-json";
import { timestampOfMicroseconds } from "../../pipeline/schema/timestamp";
import type { FieldSpec } from "../../pipeline/spec";
import { pick, whole } from "./random";

export interface MadeUpOptions {
  readonly fields: readonly FieldSpec[];
  /** The same seed gives the same events, but for their times. */
  readonly seed: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Events are up to this many milliseconds old when they are sent, and so out of order. */
const LARGEST_DELAY = 2_000;
/** Of a text that tells things apart; few of them, so that groups have more than one member. */
const IDS = 50;
const WORDS = 8;

/**
 * Events of any schema, without an end: each value fits its field, and there are few enough different texts that
 * something adds up. Of what may be absent, a fifth is.
 */
export function* madeUpBodies({ fields, seed, now }: MadeUpOptions): Generator<string> {
  const random = seeded(seed);
  const write = eventJson(fields);
  for (;;) {
    const at = now() - whole(random, LARGEST_DELAY);
    yield write(recordOf(fields, { random, at }));
  }
}

interface Making {
  readonly random: Random;
  /** When the event happened, milliseconds since the epoch. */
  readonly at: number;
}

function recordOf(fields: readonly FieldSpec[], making: Making): object {
  return Object.fromEntries(fields.map((field) => [field.name, fieldOf(field, making)]));
}

function fieldOf(field: FieldSpec, making: Making): unknown {
  if (field.mode === "NULLABLE" && whole(making.random, 5) === 0) return null;
  if (field.mode !== "REPEATED") return valueOf(field, making);
  return Array.from({ length: 1 + whole(making.random, 3) }, () => valueOf(field, making));
}

function valueOf({ as, fields = [], name, type, values }: FieldSpec, making: Making): unknown {
  const { at, random } = making;
  const time = new Date(at).toISOString();
  switch (type) {
    case "STRING": {
      const [first, ...rest] = values ?? [];
      if (first !== undefined) return pick(random, [first, ...rest]);
      return `${name}-${1 + whole(random, /id$|user|key/i.test(name) ? IDS : WORDS)}`;
    }
    case "INTEGER":
      return as === "text" ? String(whole(random, 100)) : whole(random, 100);
    case "FLOAT":
      return whole(random, 10_000) / 100;
    case "NUMERIC":
      return String(whole(random, 10_000) / 100);
    case "BOOLEAN":
      return whole(random, 2) === 0;
    case "TIMESTAMP":
      return timestampOfMicroseconds(BigInt(at) * 1000n + BigInt(whole(random, 1000)));
    case "DATE":
      return time.slice(0, 10);
    case "TIME":
      return time.slice(11, 19);
    case "DATETIME":
      return time.slice(0, 19);
    case "BYTES":
      return Buffer.from(Array.from({ length: 6 }, () => whole(random, 256))).toString("base64");
    case "JSON":
      return { number: whole(random, 100) };
    case "RECORD":
      return recordOf(fields, making);
  }
}
