/**
 * Decoding events: the compiled decoder against JSON.parse, on the same bytes, in the same run. JSON.parse gives
 * what stands in the text; the decoder checks it, and makes the event's time a timestamp of 27 characters.
 */
import { compileDecoder } from "../pipeline/schema/decoder";
import { float, nullable, string, timestamp } from "../pipeline/schema/field";
import { schema } from "../pipeline/schema/schema";
import { median } from "./measure";
import { generator } from "./random";

const Click = schema("click", {
  event_id: string(),
  user_pseudo_id: string(),
  event_name: string(),
  event_timestamp: timestamp({ encoding: "epoch-micros" }),
  value: nullable(float()),
  page: string(),
  country: string(),
  session_id: string(),
});

const EVENTS = 20_000;
const ROUNDS = 15;

export interface DecoderBench {
  readonly bytesPerEvent: number;
  /** Median microseconds of CPU an event. */
  readonly microseconds: { readonly jsonParse: number; readonly everyField: number; readonly threeFields: number };
  /** How many times as fast as JSON.parse. */
  readonly ratio: { readonly everyField: number; readonly threeFields: number };
}

/** Runs for about a second on one core. */
export function decoderBench(): DecoderBench {
  const bytes = Buffer.from(events().join(""));
  const ends = offsets(bytes);
  const whole = compileDecoder(Click.fields);
  const some = compileDecoder(Click.fields, { reads: ["user_pseudo_id", "event_timestamp", "value"] });

  const contestants = {
    jsonParse: (start: number, end: number): unknown => JSON.parse(bytes.toString("utf8", start, end)),
    everyField: (start: number, end: number): unknown => whole(bytes, start, end),
    threeFields: (start: number, end: number): unknown => some(bytes, start, end),
  };
  const times = { jsonParse: [] as number[], everyField: [] as number[], threeFields: [] as number[] };
  // Round by round in turn, so that what else the machine does hits all of them.
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ["jsonParse", "everyField", "threeFields"] as const) {
      times[name].push(microsecondsEach(ends, contestants[name]));
    }
  }
  const microseconds = {
    jsonParse: median(times.jsonParse),
    everyField: median(times.everyField),
    threeFields: median(times.threeFields),
  };
  return {
    bytesPerEvent: Math.round(bytes.length / EVENTS),
    microseconds,
    ratio: {
      everyField: microseconds.jsonParse / microseconds.everyField,
      threeFields: microseconds.jsonParse / microseconds.threeFields,
    },
  };
}

function microsecondsEach(ends: readonly number[], decode: (start: number, end: number) => unknown): number {
  const before = process.cpuUsage();
  let start = 0;
  let kept: unknown;
  for (const end of ends) {
    kept = decode(start, end);
    start = end;
  }
  const { user, system } = process.cpuUsage(before);
  if (typeof kept !== "object" || kept === null || !("user_pseudo_id" in kept))
    throw new Error("an event was not decoded");
  return (user + system) / ends.length;
}

function offsets(bytes: Buffer): readonly number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf(125); at >= 0; at = bytes.indexOf(125, at + 1)) ends.push(at + 1);
  return ends;
}

/** Clicks of 183 bytes or so: 20,000 users of whom few make most, 8 kinds of event, 10 minutes of event time. */
function events(): readonly string[] {
  const random = generator(42);
  const names = ["page_view", "ping", "purchase", "scroll", "click", "session_start", "search", "level_up"];
  const countries = ["DE", "FR", "US", "GB", "JP", "BR", "IN", "PL"];
  return Array.from({ length: EVENTS }, (_, i) => {
    const user = Math.floor(20_000 ** random());
    return JSON.stringify({
      event_id: `e${String(i).padStart(9, "0")}`,
      user_pseudo_id: `u${String(user).padStart(6, "0")}`,
      event_name: names[Math.floor(random() * names.length)],
      event_timestamp: 1_706_702_400_000_000 + Math.floor(random() * 600_000_000),
      value: Math.floor(random() * 10_000) / 100,
      page: `/game/${Math.floor(random() * 100)}`,
      country: countries[Math.floor(random() * countries.length)],
      session_id: `s${String(user).padStart(6, "0")}`,
    });
  });
}
