import { compileDecoder, type Decode } from "../pipeline/schema/decoder";
import { RowError } from "../pipeline/schema/row";
import type { Fields, Row } from "../pipeline/schema/field";
import type { Schema } from "../pipeline/schema/schema";
import { whyRefused } from "../runtime/claims";
import { envelopeOf, type PushEnvelope } from "../runtime/push-envelope";
import type { FailureAttributes, FailureRow } from "./contract";
import { surroundings, type Context, type Surroundings } from "./context";
import { Refused, type Answer, type Request, type Route } from "./http";

/** A message that Pub/Sub pushed. */
export interface Message {
  readonly id: string;
  readonly data: Uint8Array;
  readonly attributes: { readonly [name: string]: string };
  /** RFC 3339; null where Pub/Sub did not say. */
  readonly publishTime: string | null;
  readonly orderingKey: string | null;
  /** From 1; null where the subscription has no dead letters. */
  readonly attempt: number | null;
}

/**
 * It will not succeed however often it is tried. The message is published to the handler's topic of failures, with the
 * reason, and acknowledged; where the stack binds no such topic it is refused like any other error, and becomes a dead
 * letter when its attempts are used up.
 */
export class Fatal extends Error {
  override readonly name: string = "Fatal";
}

/** What comes is no event of the schema. */
class Unreadable extends Fatal {
  override readonly name = "Unreadable";
}

export type MessageHandler = (message: Message, context: Context) => void | Promise<void>;
export type EventHandler<Event> = (
  event: Event,
  context: Context & { readonly message: Message },
) => void | Promise<void>;

/**
 * A route that takes what Pub/Sub pushes. The message is acknowledged when the handler is done, and delivered again when
 * it throws.
 *
 *     serve({ "POST /": onMessage(OrderEvent, async (order, { publish }) => { ... }) });
 *
 * @param event what a message's JSON must be: the handler is given the typed row, and what does not fit is a {@link Fatal}
 */
export function onMessage<F extends Fields>(
  event: Schema<Fields, F>,
  handler: EventHandler<Row<F>>,
  around?: Surroundings,
): Route;
export function onMessage(handler: MessageHandler, around?: Surroundings): Route;
export function onMessage(
  first: Schema<Fields, Fields> | MessageHandler,
  second?: EventHandler<never> | Surroundings,
  third?: Surroundings,
): Route {
  if (typeof first === "function") return route(first, second as Surroundings | undefined);
  const decode = compileDecoder(first.eventFields);
  const handler = second as EventHandler<unknown>;
  return route((message, context) => {
    const event = decoded(message, decode);
    const { publish, fetch, log } = context;
    return handler(event, { publish, fetch, log, message });
  }, third);
}

const route =
  (handler: MessageHandler, given: Surroundings | undefined): Route =>
  async (request) => {
    const around = given ?? surroundings();
    const message = messageOf(request, around);
    try {
      await handler(message, around);
      return { status: 204 };
    } catch (error) {
      return failed(error, message, around);
    }
  };

function messageOf({ body, headers }: Request, { settings }: Surroundings): Message {
  const refused = whyRefused(headers["authorization"], { audience: settings.AUDIENCE, pusher: settings.PUSHER });
  if (refused !== undefined) throw new Refused(403, `This is not Pub/Sub's: ${refused}`);
  const { message, deliveryAttempt } = envelope(body);
  return {
    id: message.messageId,
    data: Buffer.from(message.data ?? "", "base64"),
    attributes: message.attributes ?? {},
    publishTime: message.publishTime ?? null,
    orderingKey: message.orderingKey ?? null,
    attempt: deliveryAttempt ?? null,
  };
}

function envelope(body: Uint8Array): PushEnvelope {
  try {
    return envelopeOf(body);
  } catch (error) {
    throw new Refused(400, (error as Error).message);
  }
}

function decoded({ data }: Message, decode: Decode): unknown {
  const row = decode(data);
  if (row instanceof RowError) throw new Unreadable(row.message);
  return row;
}

async function failed(error: unknown, message: Message, around: Surroundings): Promise<Answer> {
  const says = error instanceof Error ? error.message : String(error);
  const { FAILURES } = around.settings;
  if (error instanceof Fatal && FAILURES) {
    const reason = error instanceof Unreadable ? "parse" : "fatal";
    const attributes: FailureAttributes = { reason, message_id: message.id };
    await around.publishAt(FAILURES, failureRow(says, message), { attributes: { ...attributes } });
    around.log("WARNING", `a message is set aside: ${says}`, { message_id: message.id });
    return { status: 204 };
  }
  const status = error instanceof Fatal ? 422 : 500;
  around.log("ERROR", `a message is not handled: ${says}`, { message_id: message.id, attempt: message.attempt ?? 0 });
  return { status, body: { error: says } };
}

const failureRow = (error: string, { data, attributes, id, publishTime }: Message): FailureRow => ({
  error,
  raw_data: Buffer.from(data).toString("base64"),
  attributes,
  message_id: id,
  publish_time: publishTime,
});
