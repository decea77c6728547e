import { expect, test } from "vitest";
import { readOptions } from "../../../pipeline-images/ingest-proxy/options";

const TOPIC = "projects/acme-dev/topics/clicks";

test("only the topic must be told", () => {
  expect(readOptions({ TOPIC })).toEqual({
    port: 8080,
    topic: TOPIC,
    attributes: [],
    maxBodyBytes: 1_048_576,
    maxRequestsPerSecond: Infinity,
    eventFields: undefined,
    emulator: undefined,
    metadataHost: "metadata.google.internal",
  });
});

test("all that is not valid is told at once, with the limit", () => {
  expect(() =>
    readOptions({
      TOPIC: "clicks",
      PORT: "http",
      MAX_BODY_BYTES: "20000000",
      MAX_REQUESTS_PER_SECOND: "0",
      ATTRIBUTES: '["event_name", "googclient", 5]',
      EVENT_FIELDS: "{",
    }),
  ).toThrowErrorMatchingInlineSnapshot(`
    [Error: The environment is not valid:
      TOPIC is "clicks": it is where events go, as projects/<project>/topics/<topic>
      PORT is "http": a whole number from 0 to 65535 is needed
      ATTRIBUTES holds "googclient": Pub/Sub takes names of at most 256 bytes that do not begin with "goog"
      ATTRIBUTES holds 5: the names of fields are needed
      MAX_BODY_BYTES is "20000000": a whole number from 1 to 9000000 is needed
      MAX_REQUESTS_PER_SECOND is "0": a whole number from 1 to 1000000 is needed
      EVENT_FIELDS is not a JSON array]
  `);
});
