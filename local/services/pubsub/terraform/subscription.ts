import { CloudError } from "../../../errors";
import type { Attributes, Host, ResourceType, StackResource } from "../../../service";
import type { BigQueryConfig, PushConfig, Subscription } from "../api/messages";
import type { Broker } from "../broker";
import { pushConfigOf, subscriptionOf } from "../settings";
import { Arguments } from "./arguments";
import { nameOf } from "./names";

/** What Google's provider replaces a subscription for: none of it can change in place. */
const REPLACING = { topic: "topic", filter: "filter", enableMessageOrdering: "enable_message_ordering" } as const;

/** google_pubsub_subscription */
export function subscriptionType(
  host: Host,
  broker: Broker,
  applied: (name: string, address: string) => void,
): ResourceType {
  return {
    type: "google_pubsub_subscription",
    apply(resource: StackResource): Attributes {
      const wanted = subscriptionConfig(resource, host.project);
      const current = broker.subscriptions.get(wanted.name);
      if (current === undefined) broker.createSubscription(wanted);
      else {
        const reasons = Object.entries(REPLACING)
          .filter(([key]) => current.config[key as keyof typeof REPLACING] !== wanted[key as keyof typeof REPLACING])
          .map(([, argument]) => argument);
        if (reasons.length === 0) broker.configureSubscription({ ...wanted, detached: current.config.detached });
        else {
          host.log({
            severity: "WARNING",
            source: "pubsub",
            message:
              `${resource.address}: ${reasons.join(" and ")} cannot change in place. ${wanted.name} is replaced, ` +
              `and its backlog is gone: unacknowledged messages: ${current.size}.`,
          });
          broker.deleteSubscription(wanted.name);
          broker.createSubscription(wanted);
        }
      }
      applied(wanted.name, resource.address);
      return { id: wanted.name, name: resource.config.name, project: wanted.name.split("/")[1], topic: wanted.topic };
    },
  };
}

/** @throws CloudError, or an Error that names the argument */
export function subscriptionConfig(resource: StackResource, project: string): Subscription {
  const given = Arguments.of(resource);
  for (const argument of ["cloud_storage_config", "bigtable_config", "message_transforms"]) {
    if (given.has(argument)) {
      throw new CloudError("UNIMPLEMENTED", `${resource.address}: the local Pub/Sub does not run ${argument}.`);
    }
  }
  const retry = given.nested("retry_policy");
  const deadLetters = given.nested("dead_letter_policy");
  const expiration = given.nested("expiration_policy");
  return subscriptionOf({
    name: nameOf("subscriptions", given.required("name"), given.text("project") ?? project),
    topic: nameOf("topics", given.required("topic"), project),
    ackDeadlineSeconds: given.number("ack_deadline_seconds") ?? 0,
    retainAckedMessages: given.flag("retain_acked_messages"),
    messageRetentionDuration: given.duration("message_retention_duration"),
    labels: given.labels(),
    enableMessageOrdering: given.flag("enable_message_ordering"),
    enableExactlyOnceDelivery: given.flag("enable_exactly_once_delivery"),
    filter: given.text("filter") ?? "",
    expirationPolicy: expiration && { ttl: expiration.duration("ttl") },
    retryPolicy: retry && {
      minimumBackoff: retry.duration("minimum_backoff"),
      maximumBackoff: retry.duration("maximum_backoff"),
    },
    deadLetterPolicy: deadLetters && {
      deadLetterTopic: nameOf("topics", deadLetters.required("dead_letter_topic"), project),
      maxDeliveryAttempts: deadLetters.number("max_delivery_attempts") ?? 0,
    },
    pushConfig: push(given.nested("push_config")),
    bigqueryConfig: bigquery(given.nested("bigquery_config")),
  });
}

function push(given: Arguments | undefined): PushConfig | undefined {
  if (given === undefined) return undefined;
  const token = given.nested("oidc_token");
  const bare = given.nested("no_wrapper");
  return pushConfigOf({
    pushEndpoint: given.required("push_endpoint"),
    oidcToken: token && {
      serviceAccountEmail: token.required("service_account_email"),
      audience: token.text("audience") ?? "",
    },
    noWrapper: bare && { writeMetadata: bare.flag("write_metadata") },
  });
}

function bigquery(given: Arguments | undefined): BigQueryConfig | undefined {
  return (
    given && {
      table: given.required("table"),
      useTopicSchema: given.flag("use_topic_schema"),
      useTableSchema: given.flag("use_table_schema"),
      writeMetadata: given.flag("write_metadata"),
      dropUnknownFields: given.flag("drop_unknown_fields"),
      serviceAccountEmail: given.text("service_account_email") ?? "",
      state: 0,
    }
  );
}
