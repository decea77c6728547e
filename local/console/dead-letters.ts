/** Messages that were set aside, read without taking them. */
import type { ErrorMessageAttributes } from "../../pipeline-images/stream-processor/contract";
import type { PeekedMessage } from "../services/pubsub/pubsub";

export interface DeadLetter {
  /** Of the dead letter itself. */
  readonly id: string;
  /** Of the message that was set aside; undefined where it came from no one message. */
  readonly source: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The pipeline that set it aside; undefined where a subscription could not deliver. */
  readonly pipeline: string | undefined;
  /** The subscription that could not deliver. */
  readonly subscription: string | undefined;
  /** Either of them, for people. */
  readonly by: string;
  readonly reason: string;
  readonly payload: Buffer;
  readonly attributes: { readonly [name: string]: string };
}

/** Those of Pub/Sub's own attributes that say what happened: https://cloud.google.com/pubsub/docs/dead-letter-topics */
const SUBSCRIPTION = "CloudPubSubDeadLetterSourceSubscription";
const DELIVERY_COUNT = "CloudPubSubDeadLetterSourceDeliveryCount";
const DELIVERY_ERROR = "CloudPubSubDeadLetterSourceDeliveryErrorMessage";
/** Not Google's: the local Pub/Sub's, where it is there. */
const OURS = [SUBSCRIPTION, DELIVERY_COUNT, DELIVERY_ERROR];

export function deadLetterOf({ attributes, data, messageId, publishTime }: PeekedMessage): DeadLetter {
  const common = { id: messageId, at: publishTime };
  const { message_id: source, pipeline, reason, step } = attributes as Partial<ErrorMessageAttributes>;
  if (pipeline !== undefined) {
    const row = errorRow(data);
    return {
      ...common,
      source,
      pipeline,
      subscription: undefined,
      by: step === undefined ? pipeline : `${pipeline}, ${step}`,
      reason: `${reason ?? "error"}: ${row.error ?? "no reason was given"}`,
      payload: row.payload ?? Buffer.from(data),
      attributes: row.attributes,
    };
  }
  const attempts = attributes[DELIVERY_COUNT];
  const error = attributes[DELIVERY_ERROR];
  const subscription = attributes[SUBSCRIPTION];
  return {
    ...common,
    source: undefined,
    pipeline: undefined,
    subscription,
    by: subscription ?? "unknown",
    reason: `not delivered${attempts === undefined ? "" : ` in ${attempts} attempts`}${error === undefined ? "" : `: ${error}`}`,
    payload: Buffer.from(data),
    attributes: Object.fromEntries(Object.entries(attributes).filter(([name]) => !OURS.includes(name))),
  };
}

interface ErrorRow {
  readonly error?: string;
  readonly payload?: Buffer;
  readonly attributes: { readonly [name: string]: string };
}

/** The error row of the language, as far as it can be read: whatever stands in a dead letter, it is shown. */
function errorRow(data: Uint8Array): ErrorRow {
  try {
    const row = JSON.parse(Buffer.from(data).toString()) as {
      readonly error?: string;
      readonly raw_data?: string | null;
      readonly row?: unknown;
      readonly attributes?: { readonly [name: string]: string } | null;
    };
    const payload =
      typeof row.raw_data === "string"
        ? { payload: Buffer.from(row.raw_data, "base64") }
        : row.row !== undefined && row.row !== null && { payload: Buffer.from(JSON.stringify(row.row)) };
    return {
      ...(row.error !== undefined && { error: row.error }),
      ...payload,
      attributes: row.attributes ?? {},
    };
  } catch {
    return { attributes: {} };
  }
}
