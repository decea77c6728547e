import { describe, expect, test } from "vitest";
import { Fatal, onMessage, type Message } from "../../handler";
import { integer, nullable, schema, string, timestamp } from "../../pipeline";
import { serving, servingBeside } from "./support";

const Order = schema("order", {
  order_id: string(),
  quantity: nullable(integer()),
  created_at: timestamp({ encoding: "epoch-millis" }),
});
const order = { order_id: "1", created_at: 0, note: "passed over" };

describe("a message that is pushed", () => {
  test("is acknowledged when its handler is done, which gets it as it came", async () => {
    const got: Message[] = [];
    const { push } = await serving((around) => ({ "POST /": onMessage((message) => void got.push(message), around) }));
    const more = { attributes: { a: "1" }, publishTime: "2024-05-06T12:00:00Z", orderingKey: "k" };
    expect(await push("text", more)).toEqual({ status: 204, body: undefined });
    expect(await push("")).toMatchObject({ status: 204 });
    expect(got).toEqual([
      {
        id: "7",
        data: Buffer.from("text"),
        attributes: { a: "1" },
        publishTime: "2024-05-06T12:00:00Z",
        orderingKey: "k",
        attempt: null,
      },
      { id: "7", data: Buffer.alloc(0), attributes: {}, publishTime: null, orderingKey: null, attempt: null },
    ]);
  });

  test("is given to its handler as the typed row of its schema, with the message beside it", async () => {
    const got: unknown[] = [];
    const { push } = await serving((around) => ({
      "POST /": onMessage(Order, (event, { message }) => void got.push([event, message.id]), around),
    }));
    expect(await push(order)).toMatchObject({ status: 204 });
    expect(got).toEqual([[{ order_id: "1", quantity: null, created_at: "1970-01-01T00:00:00.000000Z" }, "7"]]);
  });

  test("is delivered again when its handler throws, and the log says why and not what", async () => {
    const { lines, push } = await serving((around) => ({
      "POST /": onMessage(Order, () => Promise.reject(new Error("the shop is closed")), around),
    }));
    expect(await push(order)).toEqual({ status: 500, body: { error: "the shop is closed" } });
    expect(lines).toEqual([
      { severity: "ERROR", message: "a message is not handled: the shop is closed", message_id: "7", attempt: 0 },
    ]);
  });

  test("without a topic for failures is refused whether or not it may ever succeed", async () => {
    const { push } = await serving((around) => ({
      "POST /": onMessage(
        Order,
        () => {
          throw new Fatal("no such order");
        },
        around,
      ),
    }));
    expect(await push(order)).toEqual({ status: 422, body: { error: "no such order" } });
    expect(await push("{")).toMatchObject({ status: 422, body: { error: expect.stringContaining("$: not JSON") } });
  });

  test.each<[string, string]>([
    ["", "the body is not JSON"],
    ["{}", 'the body is no pushed message: it has no "message" with a "messageId"'],
    ['{"message":{"data":""}}', 'the body is no pushed message: it has no "message" with a "messageId"'],
  ])("has a wrapper: %j is none", async (body, says) => {
    const { ask } = await serving((around) => ({ "POST /": onMessage(() => {}, around) }));
    expect(await ask("POST", "/", body)).toEqual({ status: 400, body: { error: says } });
  });
});

describe("what a handler publishes", () => {
  test("is in Pub/Sub when it goes on: JSON, text or bytes, with attributes and an ordering key", async () => {
    const { published, push } = await servingBeside((around) =>
      onMessage(
        Order,
        async ({ order_id }, { publish }) => {
          expect(await publish({ order_id })).toMatch(/^\d+$/);
          await publish("text", { attributes: { type: "note" }, orderingKey: order_id });
          await publish(Buffer.from("bytes"));
        },
        around,
      ),
    );
    expect(await push(order)).toMatchObject({ status: 204 });
    expect(published("results")).toEqual([
      { data: '{"order_id":"1"}', attributes: {}, orderingKey: "" },
      { data: "text", attributes: { type: "note" }, orderingKey: "1" },
      { data: "bytes", attributes: {}, orderingKey: "" },
    ]);
  });

  test("has to go somewhere", async () => {
    const { push } = await serving((around) => ({
      "POST /": onMessage(Order, async (_, { publish }) => void (await publish({})), around),
    }));
    expect(await push(order)).toEqual({
      status: 500,
      body: { error: "there is nowhere to publish to: give the handler publishTo in its stack" },
    });
  });
});

describe("a message that cannot be handled however often it is tried", () => {
  test("is set aside with the reason, and acknowledged", async () => {
    const { lines, published, push } = await servingBeside((around) =>
      onMessage(
        Order,
        () => {
          throw new Fatal("no such order");
        },
        around,
      ),
    );
    const more = { attributes: { a: "1" }, publishTime: "2024-05-06T12:00:00Z" };
    expect(await push(order, more)).toMatchObject({ status: 204 });
    expect(await push({ order_id: 1 })).toMatchObject({ status: 204 });
    const [fatal, parse] = published("failures");
    expect(fatal?.attributes).toEqual({ reason: "fatal", message_id: "7" });
    expect(JSON.parse(String(fatal?.data))).toEqual({
      error: "no such order",
      raw_data: Buffer.from(JSON.stringify(order)).toString("base64"),
      attributes: { a: "1" },
      message_id: "7",
      publish_time: "2024-05-06T12:00:00Z",
    });
    expect(parse?.attributes).toEqual({ reason: "parse", message_id: "7" });
    expect(JSON.parse(String(parse?.data))).toMatchObject({
      error: "$.order_id: 1 is not a STRING",
      publish_time: null,
    });
    expect(lines).toMatchObject([{ severity: "WARNING", message: "a message is set aside: no such order" }, {}]);
  });

  test("is not acknowledged where it cannot be set aside", async () => {
    const { push } = await serving((around) => ({ "POST /": onMessage(Order, () => {}, around) }), {
      FAILURES: "projects/acme-dev/topics/failures",
      PUBSUB_EMULATOR_HOST: "127.0.0.1:1",
    });
    expect(await push("{")).toMatchObject({ status: 500 });
  });
});

const token = (claims: object): { [name: string]: string } => ({
  authorization: `Bearer e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.SIGNATURE_REMOVED_BY_GOOGLE`,
});
const guarded = () =>
  serving((around) => ({ "POST /": onMessage(Order, () => {}, around) }), {
    AUDIENCE: "https://orders.internal",
    PUSHER: "pusher@acme-dev.iam.gserviceaccount.com",
  });

describe("who pushes", () => {
  test("is looked at: audience and account have to be the right ones", async () => {
    const { push } = await guarded();
    const right = { aud: "https://orders.internal", email: "pusher@acme-dev.iam.gserviceaccount.com" };
    expect(await push(order, {}, token(right))).toMatchObject({ status: 204 });
    expect(await push(order, {}, token({ ...right, email: "x@y.z" }))).toEqual({
      status: 403,
      body: {
        error: "This is not Pub/Sub's: its token is of x@y.z, not of pusher@acme-dev.iam.gserviceaccount.com",
      },
    });
    expect(await push(order, {}, token({ ...right, aud: "https://other" }))).toMatchObject({ status: 403 });
    expect(await push(order)).toMatchObject({
      status: 403,
      body: { error: "This is not Pub/Sub's: there is no identity token in its Authorization header" },
    });
  });
});
