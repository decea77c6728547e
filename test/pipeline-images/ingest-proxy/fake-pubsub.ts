/** A Pub/Sub that keeps what is published, and fails as it is told: over real gRPC. */
import { bytes, field, map, message, repeated, string } from "../../../pipeline/protobuf/message";
import { CloudError, type Code } from "../../../local/errors";
import { serveGrpc, unary } from "../../../local/grpc";

const PubsubMessage = message({ data: field(1, bytes), attributes: field(2, map(string)) });
const PublishRequest = message({ topic: field(1, string), messages: field(2, repeated(PubsubMessage)) });
const PublishResponse = message({ messageIds: field(1, repeated(string)) });

interface StoredMessage {
  readonly id: string;
  readonly data: string;
  readonly attributes: { readonly [name: string]: string };
}

export interface FakePubSub {
  readonly address: string;
  readonly topic: string;
  readonly stored: StoredMessage[];
  /** How many messages each publish request held, refused ones too. */
  readonly requests: number[];
  /** Answers of the next requests, before it works again. */
  failures: Code[];
  /** As a topic's schema does: a batch with one such message is refused as a whole. */
  refuses: (data: string) => boolean;
  /** Holds requests back until it is called off. */
  hold(): () => void;
  stop(): Promise<void>;
}

export async function fakePubSub(): Promise<FakePubSub> {
  let held: Promise<void> | undefined;
  const publish = unary(
    "/google.pubsub.v1.Publisher/Publish",
    PublishRequest,
    PublishResponse,
    async ({ topic, messages }) => {
      await held;
      fake.requests.push(messages.length);
      const failure = fake.failures.shift();
      if (failure !== undefined) throw new CloudError(failure, `told to fail with ${failure}`);
      if (topic !== fake.topic) throw new CloudError("NOT_FOUND", `Resource not found (resource=${topic}).`);
      const texts = messages.map(({ data }) => Buffer.from(data).toString());
      if (texts.some((text) => fake.refuses(text))) {
        throw new CloudError("INVALID_ARGUMENT", "Invalid data in message: Message failed schema validation.");
      }
      const messageIds = texts.map((data, index) => {
        const id = String(fake.stored.length + 1);
        fake.stored.push({ id, data, attributes: messages[index]?.attributes ?? {} });
        return id;
      });
      return { messageIds };
    },
  );
  const server = await serveGrpc([publish]);
  const fake: FakePubSub = {
    address: server.address,
    topic: "projects/acme-dev/topics/clicks",
    stored: [],
    requests: [],
    failures: [],
    refuses: () => false,
    hold() {
      let release: (() => void) | undefined;
      held = new Promise((resolve) => {
        release = () => {
          held = undefined;
          resolve();
        };
      });
      return () => release?.();
    },
    stop: () => server.stop(),
  };
  return fake;
}
