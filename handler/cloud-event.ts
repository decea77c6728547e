import { surroundings, type Context, type Surroundings } from "./context";
import { Refused, type Request, type Route } from "./http";

/**
 * An event as Eventarc delivers it.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
 */
export interface CloudEvent {
  readonly id: string;
  /** google.cloud.storage.object.v1.finalized */
  readonly type: string;
  /** //storage.googleapis.com/projects/_/buckets/B */
  readonly source: string;
  /** objects/name; null where the event has none. */
  readonly subject: string | null;
  /** RFC 3339; null where the event does not say. */
  readonly time: string | null;
  /** Its JSON, read; null where it has none. */
  readonly data: unknown;
}

export type CloudEventHandler = (event: CloudEvent, context: Context) => void | Promise<void>;

/**
 * A route that takes what an Eventarc trigger delivers, in headers and a body or all in one JSON. The event is
 * acknowledged when the handler is done, and delivered again when it throws.
 */
export const onCloudEvent =
  (handler: CloudEventHandler, given?: Surroundings): Route =>
  async (request) => {
    const around = given ?? surroundings();
    const event = cloudEventOf(request);
    try {
      await handler(event, around);
      return { status: 204 };
    } catch (error) {
      const says = error instanceof Error ? error.message : String(error);
      around.log("ERROR", `an event is not handled: ${says}`, { id: event.id, type: event.type });
      return { status: 500, body: { error: says } };
    }
  };

function cloudEventOf({ headers, body }: Request): CloudEvent {
  const content = bodyOf(body);
  const structured = (headers["content-type"] ?? "").startsWith("application/cloudevents+json");
  const given = structured ? (content as { readonly [name: string]: unknown }) : undefined;
  const read = (name: string): string | null => {
    const value = given === undefined ? headers[`ce-${name}`] : given[name];
    return typeof value === "string" ? value : null;
  };
  const [id, type, source] = [read("id"), read("type"), read("source")];
  if (id === null || type === null || source === null) {
    throw new Refused(400, "the request is no CloudEvent: it has no id, type or source");
  }
  return {
    id,
    type,
    source,
    subject: read("subject"),
    time: read("time"),
    data: given === undefined ? content : (given["data"] ?? null),
  };
}

function bodyOf(body: Uint8Array): unknown {
  if (body.length === 0) return null;
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    throw new Refused(400, "the event's data is not JSON");
  }
}
