import { seeded } from "../../local/random";
import { readFileSync } from "node:fs";
import { CommandError } from "../command-error";
import { compileDecoder } from "../../pipeline/schema/decoder";
import { RowError } from "../../pipeline/schema/row";
import type { FieldSpec } from "../../pipeline/spec";
import { type ClicksOptions, clicks } from "./clicks";
import { madeUpBodies, type MadeUpOptions } from "./made-up";
import { pick, whole } from "./random";

/** What is posted to a proxy: one event each, as text. */
export type Bodies = Iterable<string>;

/** Simulated clicks, as JSON. */
export function* clickBodies(options: ClicksOptions): Generator<string> {
  for (const click of clicks(options)) yield JSON.stringify(click);
}

/** Clicks where these fields are a click's, else events made up from the fields. */
export function bodiesFor(options: MadeUpOptions): Generator<string> {
  return takesClicks(options.fields) ? clickBodies(options) : madeUpBodies(options);
}

/** Enough of them that each of a click's fields has held all that it can hold. */
const CLICKS_TRIED = 500;

function takesClicks(fields: readonly FieldSpec[]): boolean {
  const decode = compileDecoder(fields);
  let left = CLICKS_TRIED;
  for (const click of clicks({ seed: 1, now: Date.now })) {
    if (left-- === 0) break;
    if (!fields.every(({ name }) => Object.hasOwn(click, name))) return false;
    if (decode(Buffer.from(JSON.stringify(click))) instanceof RowError) return false;
  }
  return true;
}

/**
 * The events of a file with one JSON object a line, from the first again after the last. They are sent as they
 * stand: their times are theirs.
 * @throws CommandError where the file cannot be read or holds nothing
 */
export function* fileBodies(file: string): Generator<string> {
  const lines = linesOf(file);
  for (;;) yield* lines;
}

function linesOf(file: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new CommandError(`--file ${file} cannot be read: ${(error as Error).message}`);
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (lines.length === 0) throw new CommandError(`--file ${file} holds no events: one JSON object a line is needed`);
  return lines;
}

/**
 * The same bodies with `malformed` of the first `count` spoilt, spread evenly at random.
 * None of them is left out: a body that is spoilt takes the place of one that was not.
 */
export function* spoiling(bodies: Bodies, options: SpoilingOptions): Generator<string> {
  const random = seeded(options.seed ^ 0x5bd1e995);
  const ways = waysToSpoil(options.fields);
  let { malformed, count: left } = options;
  for (const body of bodies) {
    // Of what is left, each is as likely as any other: exactly `malformed` of them are chosen.
    const spoilt = malformed > 0 && whole(random, left) < malformed;
    left -= 1;
    if (spoilt) malformed -= 1;
    yield spoilt ? pick(random, ways)(body) : body;
  }
}

interface SpoilingOptions {
  readonly seed: number;
  readonly malformed: number;
  /** Bodies among which they are. */
  readonly count: number;
  /** The fields that the event's readers need. */
  readonly fields: readonly FieldSpec[];
}

type Way = (body: string) => string;

/** What breaks in practice: a cut connection, an error page, a batch where one event belongs, a wrong type, forgotten fields. */
function waysToSpoil(fields: readonly FieldSpec[]): readonly [Way, ...Way[]] {
  const required = fields.filter(({ mode }) => mode === "REQUIRED");
  const time = required.find(({ type }) => type === "TIMESTAMP");
  // All of them: a pipeline that reads only some of the fields misses one as well.
  const forgotten = required.filter((field) => field !== time);
  return [
    (body) => body.slice(0, body.length >> 1),
    () => "<html><body>502 Bad Gateway</body></html>",
    (body) => `[${body}]`,
    ...(time === undefined ? [] : [having({ [time.name]: "yesterday" })]),
    ...(forgotten.length === 0 ? [] : [having(Object.fromEntries(forgotten.map(({ name }) => [name, undefined])))]),
  ];
}

const having = (other: { readonly [field: string]: unknown }): Way => {
  return (body) => JSON.stringify({ ...(JSON.parse(body) as object), ...other });
};
