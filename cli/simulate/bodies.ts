import { readFileSync } from "node:fs";
import { CommandError } from "../command-error";
import { type ClicksOptions, clicks } from "./clicks";
import { pick, seeded, whole } from "./random";

/** What is posted to a proxy: one event each, as text. */
export type Bodies = Iterable<string>;

/** Simulated clicks, as JSON. */
export function* clickBodies(options: ClicksOptions): Generator<string> {
  for (const click of clicks(options)) yield JSON.stringify(click);
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
}

/** What breaks in practice: a cut connection, an error page, a wrong type, a forgotten field, a batch where one event belongs. */
const ways: readonly [(body: string) => string, ...((body: string) => string)[]] = [
  (body) => body.slice(0, body.length >> 1),
  () => "<html><body>502 Bad Gateway</body></html>",
  (body) => JSON.stringify({ ...object(body), event_timestamp: "yesterday" }),
  (body) => JSON.stringify({ ...object(body), user_pseudo_id: undefined }),
  (body) => `[${body}]`,
];

const object = (body: string): object => JSON.parse(body) as object;
