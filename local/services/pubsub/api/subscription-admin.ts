/** google.pubsub.v1.Subscriber: subscriptions, snapshots, and seeking. */
import { Empty, millisOf } from "../../../../pipeline/protobuf/message";
import { CloudError } from "../../../errors";
import { type GrpcMethod, unary } from "../../../grpc";
import type { Caller } from "../../../service";
import { fullName, fullProject, fullServiceAccount, projectOf } from "../names";
import type { Subscription } from "../subscription";
import { masked } from "./field-mask";
import * as m from "./messages";
import { page } from "./paging";
import { ofProject } from "./publisher";
import { type ApiWorld, type Check, checkOf } from "./world";

const MUTABLE = [
  "pushConfig",
  "bigqueryConfig",
  "ackDeadlineSeconds",
  "retainAckedMessages",
  "messageRetentionDuration",
  "labels",
  "expirationPolicy",
  "deadLetterPolicy",
  "retryPolicy",
  "enableExactlyOnceDelivery",
] as const;

const path = (method: string): string => `/google.pubsub.v1.Subscriber/${method}`;

export function subscriptionAdminMethods(world: ApiWorld, caller: Caller): GrpcMethod[] {
  const { broker, turn } = world;
  const check = checkOf(world, caller);
  // Whoever has Pub/Sub send the token of a service account must be allowed to act as it.
  const mayPushAs = (pushConfig: m.PushConfig | undefined): void => {
    const email = pushConfig?.oidcToken?.serviceAccountEmail ?? "";
    if (email !== "") check("iam.serviceAccounts.actAs", fullServiceAccount(email, world.host.project));
  };
  const shown = (subscription: Subscription): m.Subscription => shownConfig(world, subscription);
  return [
    unary(path("CreateSubscription"), m.Subscription, m.Subscription, async (request) => {
      check("pubsub.subscriptions.create", fullProject(projectOf(request.name)));
      check("pubsub.topics.attachSubscription", fullName(request.topic));
      mayPushAs(request.pushConfig);
      const subscription = broker.createSubscription(request);
      await turn.written();
      return shown(subscription);
    }),
    unary(path("GetSubscription"), m.SubscriptionRequest, m.Subscription, ({ subscription }) => {
      check("pubsub.subscriptions.get", fullName(subscription));
      return shown(broker.subscription(subscription));
    }),
    unary(path("UpdateSubscription"), m.UpdateSubscriptionRequest, m.Subscription, async (request) => {
      const { subscription: given, updateMask } = request;
      if (given === undefined) throw new CloudError("INVALID_ARGUMENT", "The request has no subscription.");
      check("pubsub.subscriptions.update", fullName(given.name));
      const current = broker.subscription(given.name).config;
      const wanted = masked("Subscription", m.Subscription, current, given, updateMask?.paths ?? [], MUTABLE);
      mayPushAs(wanted.pushConfig);
      const subscription = broker.configureSubscription(wanted);
      await turn.written();
      return shown(subscription);
    }),
    unary(path("ListSubscriptions"), m.ListOfProjectRequest, m.ListSubscriptionsResponse, (request) => {
      check("pubsub.subscriptions.list", fullProject(projectOf(request.project)));
      const all = [...broker.subscriptions.values()].map(shown);
      const { items, nextPageToken } = page(ofProject(all, request.project), request);
      return { subscriptions: items, nextPageToken };
    }),
    unary(path("DeleteSubscription"), m.SubscriptionRequest, Empty, async ({ subscription }) => {
      check("pubsub.subscriptions.delete", fullName(subscription));
      broker.deleteSubscription(subscription);
      await turn.written();
      return {};
    }),
    unary(path("ModifyPushConfig"), m.ModifyPushConfigRequest, Empty, async ({ subscription, pushConfig }) => {
      check("pubsub.subscriptions.update", fullName(subscription));
      mayPushAs(pushConfig);
      broker.configureSubscription({ ...broker.subscription(subscription).config, pushConfig });
      await turn.written();
      return {};
    }),
    unary(path("Seek"), m.SeekRequest, Empty, async ({ subscription, time, snapshot }) => {
      check("pubsub.subscriptions.consume", fullName(subscription));
      if (time !== undefined) broker.seekToTime(subscription, millisOf(time));
      else if (snapshot !== undefined) {
        check("pubsub.snapshots.seek", fullName(snapshot));
        broker.seekToSnapshot(subscription, snapshot);
      } else {
        throw new CloudError(
          "INVALID_ARGUMENT",
          "No target was specified in the SeekRequest. Must specify either a time or a snapshot",
        );
      }
      await turn.written();
      return {};
    }),
    ...snapshotMethods(world, check),
  ];
}

function snapshotMethods({ broker, turn }: ApiWorld, check: Check): GrpcMethod[] {
  return [
    unary(path("CreateSnapshot"), m.CreateSnapshotRequest, m.Snapshot, async ({ name, subscription, labels }) => {
      check("pubsub.snapshots.create", fullProject(projectOf(name)));
      check("pubsub.subscriptions.consume", fullName(subscription));
      const { config } = broker.createSnapshot(name, subscription, labels);
      await turn.written();
      return config;
    }),
    unary(path("GetSnapshot"), m.SnapshotRequest, m.Snapshot, ({ snapshot }) => {
      check("pubsub.snapshots.get", fullName(snapshot));
      return broker.snapshot(snapshot).config;
    }),
    unary(path("UpdateSnapshot"), m.UpdateSnapshotRequest, m.Snapshot, async ({ snapshot, updateMask }) => {
      if (snapshot === undefined) throw new CloudError("INVALID_ARGUMENT", "The request has no snapshot.");
      check("pubsub.snapshots.update", fullName(snapshot.name));
      const current = broker.snapshot(snapshot.name).config;
      const mutable = ["labels", "expireTime"] as const;
      const wanted = masked("Snapshot", m.Snapshot, current, snapshot, updateMask?.paths ?? [], mutable);
      const { config } = broker.configureSnapshot(wanted);
      await turn.written();
      return config;
    }),
    unary(path("ListSnapshots"), m.ListOfProjectRequest, m.ListSnapshotsResponse, (request) => {
      check("pubsub.snapshots.list", fullProject(projectOf(request.project)));
      const all = [...broker.snapshots.values()].map(({ config }) => config);
      const { items, nextPageToken } = page(ofProject(all, request.project), request);
      return { snapshots: items, nextPageToken };
    }),
    unary(path("DeleteSnapshot"), m.SnapshotRequest, Empty, async ({ snapshot }) => {
      check("pubsub.snapshots.delete", fullName(snapshot));
      broker.deleteSnapshot(snapshot);
      await turn.written();
      return {};
    }),
  ];
}

/** A configuration as it is answered: with what only the server knows. */
function shownConfig({ broker }: ApiWorld, { config, problem }: Subscription): m.Subscription {
  const topicMessageRetentionDuration = broker.topics.get(config.topic)?.config.messageRetentionDuration;
  if (problem === undefined) return { ...config, topicMessageRetentionDuration };
  return {
    ...config,
    topicMessageRetentionDuration,
    state: m.SubscriptionState.resourceError,
    bigqueryConfig: config.bigqueryConfig && { ...config.bigqueryConfig, state: problem.state },
  };
}
