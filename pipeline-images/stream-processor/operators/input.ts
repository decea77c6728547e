/** Where messages of one input become rows. */
import { compileDecoder, type Decode, decodedTime, type NewRow } from "../../../pipeline/schema/decoder";
import { RowError } from "../../../pipeline/schema/row";
import type { InputSpec } from "../../../pipeline/spec";
import type { Reason, Refuse } from "./error-rows";
import type { Messages, Moment, TakeRow } from "./flow";

export interface EngineInputOptions {
  readonly spec: InputSpec;
  /** Names of the fields that anybody reads. */
  readonly reads: readonly string[];
  /** Name of the field that is read as a number, as the moment's time. */
  readonly time: string | undefined;
  readonly moment: Moment;
  readonly refuse: Refuse;
  readonly enter: TakeRow;
}

export class EngineInput {
  private readonly decode: Decode;
  private readonly metadata: readonly ((row: NewRow, messages: Messages, place: number) => void)[];

  constructor(private readonly options: EngineInputOptions) {
    const { spec, reads, time } = options;
    const { fields, metadata = [] } = spec;
    this.decode = compileDecoder(fields, { reads, metadata, time });
    this.metadata = metadata.filter((name) => reads.includes(name)).map((name) => setter(name));
  }

  /** One message of a batch. */
  take(messages: Messages, place: number): void {
    const { moment, refuse, enter, time } = this.options;
    moment.messages = messages;
    moment.place = place;
    moment.published = messages.publishedAt(place);
    const row = this.decode(messages.bytes, messages.dataStart(place), messages.dataEnd(place));
    if (row instanceof RowError) return refuse("parse", row.message, null, null);
    if (time !== undefined) moment.time = decodedTime();
    for (const set of this.metadata) set(row, messages, place);
    enter(row, moment.published);
  }

  /** A message that is not worked on: it goes to the error output unseen. */
  refuse(messages: Messages, place: number, reason: Reason, error: string): void {
    const { moment, refuse } = this.options;
    moment.messages = messages;
    moment.place = place;
    moment.published = messages.publishedAt(place);
    refuse(reason, error, null, null);
  }
}

/** Sets a field that comes from the message and not from its data. */
function setter(name: string): (row: NewRow, messages: Messages, place: number) => void {
  switch (name) {
    case "message_id":
      return (row, messages, place) => void (row[name] = messages.id(place));
    case "publish_time":
      return (row, messages, place) => void (row[name] = messages.publishTime(place));
    default:
      return (row, messages, place) => void (row[name] = messages.attributes(place));
  }
}
