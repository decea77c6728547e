import { status } from "@grpc/grpc-js";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { encodeGroup, encodePublish } from "../../../pipeline-images/ingest-proxy/messages";
import { Publisher } from "../../../pipeline-images/ingest-proxy/publisher";
import { bytes, field, map, message, repeated, string } from "../../../pipeline/protobuf/message";
import { HandClock } from "../../local/support/host";

const topic = "projects/acme-dev/topics/clicks";
const event = (text: string) => ({ data: Buffer.from(text), attributes: [] });
const refusal = (code: status) => Object.assign(new Error("refused"), { code, details: "refused" });

/** Lets what has been settled go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("retries pause longer and longer, and end with 503 within ten seconds", async () => {
  const clock = new HandClock();
  const began = clock.now();
  const calls: number[] = [];
  const publisher = new Publisher({
    topic,
    clock,
    random: () => 1,
    log: () => undefined,
    call: () => {
      calls.push(clock.now() - began);
      return Promise.reject(refusal(status.UNAVAILABLE));
    },
  });
  const outcome = publisher.publish([encodeGroup([event("{}")])]);
  for (let i = 0; i < 400; i++) {
    await settle();
    clock.advance(50);
  }
  // pauses                0   100  200  400  800  1600  2000  2000  2000
  expect(calls).toEqual([0, 100, 300, 700, 1500, 3100, 5100, 7100, 9100]);
  expect(await outcome).toMatchObject([{ status: 503, headers: { "retry-after": "1" } }]);
});

test("of a refused batch all are published that do not stand alone in the refusal", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), async (fits) => {
      const published: string[] = [];
      const publisher = new Publisher({
        topic,
        clock: new HandClock(),
        random: () => 1,
        log: () => undefined,
        call: (request) => {
          const texts = Request.decode(request).messages.map(({ data }) => Buffer.from(data).toString());
          if (texts.some((text) => text.startsWith("bad"))) return Promise.reject(refusal(status.INVALID_ARGUMENT));
          published.push(...texts);
          return Promise.resolve(texts.map((text) => `id of ${text}`));
        },
      });
      const texts = fits.map((ok, index) => (ok ? `good ${index}` : `bad ${index}`));
      const outcomes = await publisher.publish(texts.map((text) => encodeGroup([event(text)])));
      expect(published.toSorted()).toEqual(texts.filter((text) => text.startsWith("good")).toSorted());
      expect(outcomes.map((one) => ("status" in one ? one.status : one[0]))).toEqual(
        texts.map((text) => (text.startsWith("bad") ? 400 : `id of ${text}`)),
      );
    }),
    { numRuns: 50 },
  );
});

const Request = message({
  topic: field(1, string),
  messages: field(2, repeated(message({ data: field(1, bytes), attributes: field(2, map(string)) }))),
});

test("the encoded request is what protobuf means, for any events in any groups", () => {
  const anyEvent = fc.record({
    data: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    attributes: fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.string()), {
      selector: ([name]) => name,
      maxLength: 3,
    }),
  });
  fc.assert(
    fc.property(fc.array(fc.array(anyEvent, { minLength: 1, maxLength: 5 }), { maxLength: 5 }), (groups) => {
      const decoded = Request.decode(
        encodePublish(
          topic,
          groups.map((events) => encodeGroup(events)),
        ),
      );
      expect(decoded.topic).toBe(topic);
      expect(
        decoded.messages.map(({ data, attributes }) => ({ data: [...data], attributes: Object.entries(attributes) })),
      ).toEqual(groups.flat().map(({ data, attributes }) => ({ data: [...data], attributes: sorted(attributes) })));
    }),
  );
});

/** As an object orders its keys: whole numbers first. */
const sorted = (attributes: readonly (readonly [string, string])[]) => {
  const object = Object.create(null) as { [name: string]: string };
  for (const [name, value] of attributes) object[name] = value;
  return Object.entries(object);
};
