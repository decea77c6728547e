/** google.pubsub.v1.Publisher */
import { Empty } from "../../../../pipeline/protobuf/message";
import { CloudError } from "../../../errors";
import { type GrpcMethod, unary } from "../../../grpc";
import type { Caller } from "../../../service";
import { checkIncoming } from "../message";
import { fullName, fullProject, projectOf } from "../names";
import { masked } from "./field-mask";
import * as m from "./messages";
import { page } from "./paging";
import { type ApiWorld, type Check, checkOf } from "./world";

const MUTABLE = ["labels", "messageStoragePolicy", "kmsKeyName", "schemaSettings", "messageRetentionDuration"] as const;

const path = (method: string): string => `/google.pubsub.v1.Publisher/${method}`;

export function publisherMethods(world: ApiWorld, caller: Caller): GrpcMethod[] {
  const { broker, turn } = world;
  const check = checkOf(world, caller);
  return [
    unary(path("CreateTopic"), m.Topic, m.Topic, async (request) => {
      check("pubsub.topics.create", fullProject(projectOf(request.name)));
      mayAttachSchema(check, request);
      const { config } = broker.createTopic(request);
      await turn.written();
      return config;
    }),
    unary(path("UpdateTopic"), m.UpdateTopicRequest, m.Topic, async ({ topic: request, updateMask }) => {
      if (request === undefined) throw new CloudError("INVALID_ARGUMENT", "The request has no topic.");
      check("pubsub.topics.update", fullName(request.name));
      const current = broker.topic(request.name).config;
      const wanted = masked("Topic", m.Topic, current, request, updateMask?.paths ?? [], MUTABLE);
      if (wanted.schemaSettings?.schema !== current.schemaSettings?.schema) mayAttachSchema(check, wanted);
      const { config } = broker.configureTopic(wanted);
      await turn.written();
      return config;
    }),
    unary(path("Publish"), m.PublishRequest, m.PublishResponse, async ({ topic, messages }) => {
      check("pubsub.topics.publish", fullName(topic));
      const messageIds = broker.publish(topic, messages.map(checkIncoming));
      await turn.written();
      return { messageIds };
    }),
    unary(path("GetTopic"), m.TopicRequest, m.Topic, ({ topic }) => {
      check("pubsub.topics.get", fullName(topic));
      return broker.topic(topic).config;
    }),
    unary(path("ListTopics"), m.ListOfProjectRequest, m.ListTopicsResponse, (request) => {
      check("pubsub.topics.list", fullProject(projectOf(request.project)));
      const topics = [...broker.topics.values()].map(({ config }) => config);
      const { items, nextPageToken } = page(ofProject(topics, request.project), request);
      return { topics: items, nextPageToken };
    }),
    unary(path("ListTopicSubscriptions"), m.ListOfTopicRequest, m.ListOfTopicResponse, (request) => {
      check("pubsub.topics.get", fullName(request.topic));
      return names([...broker.topic(request.topic).subscriptions], request);
    }),
    unary(path("ListTopicSnapshots"), m.ListOfTopicRequest, m.ListOfTopicResponse, (request) => {
      check("pubsub.topics.get", fullName(request.topic));
      return names([...broker.topic(request.topic).snapshots], request);
    }),
    unary(path("DeleteTopic"), m.TopicRequest, Empty, async ({ topic }) => {
      check("pubsub.topics.delete", fullName(topic));
      broker.deleteTopic(topic);
      await turn.written();
      return {};
    }),
    unary(path("DetachSubscription"), m.DetachSubscriptionRequest, Empty, async ({ subscription }) => {
      // The topic's owner may do so, without a right on the subscription.
      check("pubsub.topics.detachSubscription", fullName(broker.subscription(subscription).config.topic));
      broker.detach(subscription);
      await turn.written();
      return {};
    }),
  ];
}

function mayAttachSchema(check: Check, { schemaSettings }: m.Topic): void {
  if (schemaSettings !== undefined) check("pubsub.schemas.attach", fullName(schemaSettings.schema));
}

function names(
  resources: readonly { readonly name: string }[],
  request: { readonly pageSize: number; readonly pageToken: string },
): { names: string[]; nextPageToken: string } {
  const { items, nextPageToken } = page(resources.map(({ name }) => name).toSorted(), request);
  return { names: items, nextPageToken };
}

/**
 * In the order of their names, so that pages fit together.
 * @param project projects/P
 */
export function ofProject<T extends { readonly name: string }>(resources: readonly T[], project: string): T[] {
  const own = resources.filter(({ name }) => name.startsWith(`${project}/`));
  return own.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
