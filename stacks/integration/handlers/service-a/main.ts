import { Refused, serve, Surroundings } from "../../../../handler";

const around = new Surroundings();

/** A client has its answer once Pub/Sub has the request. Those of one user keep their order, whoever reads them. */
export const serving = serve(
  {
    "POST /requests": async ({ body }) => {
      const { request_id, user_id, text } = fieldsOf(body);
      if (!isText(request_id) || !isText(user_id) || typeof text !== "string") {
        throw new Refused(400, "a request has a request_id, a user_id and a text");
      }
      const id = await around.publish({ request_id, user_id, text }, { orderingKey: user_id });
      return { status: 202, body: { message_id: id } };
    },
  },
  { around },
);

const isText = (value: unknown): value is string => typeof value === "string" && /^[\w-]{1,100}$/.test(value);

function fieldsOf(body: Uint8Array): { readonly [name: string]: unknown } {
  try {
    return Object.fromEntries(Object.entries((JSON.parse(Buffer.from(body).toString()) ?? {}) as object));
  } catch {
    throw new Refused(400, "the body is not JSON");
  }
}
