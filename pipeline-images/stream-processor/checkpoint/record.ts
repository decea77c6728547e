/**
 * One checkpoint: all that changed since the one before. State changes, timers and watermarks, the ids of the
 * messages that made them, the rows to write and how they are cut into requests, and what was confirmed meanwhile.
 * Once it is durable, its rows and its acknowledgements go out.
 */
import {
  bool,
  bytes,
  field,
  int32,
  int64,
  map,
  message,
  optional,
  repeated,
  string,
  type MessageOf,
} from "../../../pipeline/protobuf/message";

/** What a log was written for. What does not fit is refused: old state would meet a new meaning. */
const ContextMessage = message({
  /** The pipeline's name. */
  pipeline: field(1, string),
  /** What each step's state means, by its id: a digest, and the words to say it. */
  state: field(3, map(string)),
  /** Where each output's rows go. */
  sinks: field(4, map(string)),
  /** The subscription of each input. */
  subscriptions: field(5, map(string)),
  /** Milliseconds since the epoch: when the log began. It stays the same in all of it. */
  begun: field(6, int64),
});
export type Context = MessageOf<typeof ContextMessage>;

/** Ids of messages, from an index on. */
const IdRunMessage = message({
  first: field(1, int64),
  /** 8 bytes an id. */
  packed: field(2, bytes),
  /** Of ids that are no decimal numbers, in order. */
  texts: field(3, repeated(string)),
});
export type IdRun = MessageOf<typeof IdRunMessage>;

const RangeMessage = message({ from: field(1, int64), to: field(2, int64) });
export type Range = MessageOf<typeof RangeMessage>;

/** Rows that are written in one call, or not at all. The cut is recorded, and never changes. */
const RequestMessage = message({
  /** Counts the requests of an output, from 0. */
  number: field(1, int64),
  rows: field(2, int32),
  /** The rows, each with its tag and length, as the sink's call carries them. */
  payload: field(3, bytes),
  /** How the rows are encoded, for a table: a DescriptorProto. */
  descriptor: field(4, bytes),
});
export type Request = MessageOf<typeof RequestMessage>;

const RefusedMessage = message({ number: field(1, int64), rows: field(2, repeated(int32)) });
/** Rows of a request that the sink will not take; they are error rows of the same record. */
export type Refused = MessageOf<typeof RefusedMessage>;

const OutputChangeMessage = message({
  output: field(1, string),
  /** All requests before this number are confirmed. */
  confirmed: field(2, int64),
  refused: field(3, repeated(RefusedMessage)),
  /** The stream that later requests are appended to; "" where nothing is to be known of the output any more: {@link isForgotten}. */
  stream: field(4, optional(string)),
  requests: field(5, repeated(RequestMessage)),
  /** The latest time that its rows carry, where they carry one: milliseconds since the epoch. */
  latest: field(6, int64),
});
export type OutputChange = MessageOf<typeof OutputChangeMessage>;

/** All of an output is confirmed, and whoever writes to it next begins anew. */
export const forgotten = (change: OutputChange): OutputChange => ({ ...change, stream: "" });
export const isForgotten = ({ stream }: OutputChange): boolean => stream === "";

const TotalsMessage = message({
  messages: field(1, int64),
  duplicates: field(2, int64),
  late: field(3, int64),
  /** By reason. */
  errors: field(4, map(int64)),
  /** Confirmed by their sink, by output. */
  rows: field(5, map(int64)),
});
export type Totals = MessageOf<typeof TotalsMessage>;

const SourceChangeMessage = message({
  input: field(1, string),
  /** Milliseconds that the source was connected, since the log began. */
  running: field(2, int64),
  ids: field(3, optional(IdRunMessage)),
  /** Messages whose acknowledgement was confirmed, by their indices. */
  acknowledged: field(4, repeated(RangeMessage)),
});
/** What has come of one input's messages. */
export type SourceChange = MessageOf<typeof SourceChangeMessage>;

export const CheckpointMessage = message({
  context: field(1, optional(ContextMessage)),
  /** Milliseconds since the epoch. */
  time: field(2, int64),
  /** See StateChanges. */
  state: field(4, bytes),
  outputs: field(7, repeated(OutputChangeMessage)),
  totals: field(8, optional(TotalsMessage)),
  /** The message that is about to be worked on, alone, because starts have failed: see messageName. */
  attempting: field(9, optional(string)),
  /** State was given up on somebody's word: its name, so that it happens once. */
  reset: field(10, optional(string)),
  released: field(11, bool),
  sources: field(12, repeated(SourceChangeMessage)),
  /** All that was there is done: no window is open, no row waits, no message is ours. */
  drained: field(13, bool),
  /** What runs from here on, where it is not what ran before: see Definition. */
  definition: field(14, optional(string)),
});
export type Checkpoint = MessageOf<typeof CheckpointMessage>;
