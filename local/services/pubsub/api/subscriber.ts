/** google.pubsub.v1.Subscriber: messages and their acknowledgements. */
import { Empty } from "../../../../pipeline/protobuf/message";
import { CloudError } from "../../../errors";
import { duplex, fail, type GrpcMethod, unary } from "../../../grpc";
import type { Caller } from "../../../service";
import { detached } from "../broker";
import { isPulled, notPulled } from "../delivery/deliveries";
import { fullName } from "../names";
import type { Subscription } from "../subscription";
import { acknowledge, modifyDeadlines } from "./acks";
import * as m from "./messages";
import { Pull } from "./pull";
import { PullResponse, received, StreamingPullResponse } from "./received";
import { type Stream, StreamingPull } from "./streaming-pull";
import { type ApiWorld, checkOf } from "./world";

const path = (method: string): string => `/google.pubsub.v1.Subscriber/${method}`;

export function subscriberMethods(world: ApiWorld, caller: Caller): GrpcMethod[] {
  const { broker, turn, host } = world;
  const check = checkOf(world, caller);

  function consumed(name: string): Subscription {
    check("pubsub.subscriptions.consume", fullName(name));
    return broker.subscription(name);
  }

  function pulled(name: string): Subscription {
    const subscription = consumed(name);
    if (subscription.config.detached) throw detached();
    if (!isPulled(subscription)) throw notPulled(subscription);
    return subscription;
  }

  return [
    unary(path("Pull"), m.PullRequest, PullResponse, async (request, call) => {
      const subscription = pulled(request.subscription);
      if (request.maxMessages <= 0) throw new CloudError("INVALID_ARGUMENT", "No max_messages specified");
      const pull = new Pull(subscription, request.maxMessages);
      let taken = request.returnImmediately ? pull.now() : undefined;
      taken ??= await pull.soon(host.clock, (then) => void call.on("cancelled", then));
      return { receivedMessages: received(subscription, taken) };
    }),
    unary(path("Acknowledge"), m.AcknowledgeRequest, Empty, async ({ subscription, ackIds }) => {
      acknowledge(consumed(subscription), ackIds);
      await turn.written();
      return {};
    }),
    unary(path("ModifyAckDeadline"), m.ModifyAckDeadlineRequest, Empty, (request) => {
      modifyDeadlines(consumed(request.subscription), request.ackIds, request.ackDeadlineSeconds);
      return {};
    }),
    duplex(path("StreamingPull"), m.StreamingPullRequest, StreamingPullResponse, (stream) => {
      serve(stream, (first) => {
        if (first.subscription === "") throw new CloudError("INVALID_ARGUMENT", "first message must set subscription");
        const subscription = pulled(first.subscription);
        return new StreamingPull(stream, subscription, first, turn);
      });
    }),
  ];
}

/** The first request opens the stream, later ones go to it; its end or its loss closes it. */
function serve(stream: Stream, open: (first: m.StreamingPullRequest) => StreamingPull): void {
  let pull: StreamingPull | undefined;
  stream.on("data", (request: m.StreamingPullRequest) => {
    try {
      if (pull === undefined) pull = open(request);
      else pull.request(request);
    } catch (error) {
      pull?.close();
      fail(stream, error);
    }
  });
  stream.on("end", () => {
    pull?.close();
    stream.end();
  });
  for (const event of ["cancelled", "close", "error"]) stream.on(event, () => pull?.close());
}
