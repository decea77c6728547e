import { limits } from "../core/limits";

export const pubsub = limits("Pub/Sub");

/** Of topics, subscriptions and schemas alike. */
export const nameRule = pubsub.matches(
  "name",
  /^(?!goog)[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}$/,
  'takes 3 to 255 letters, digits and -_.~+%, a letter first and not "goog"',
  "https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names",
);

/** Of what a topic keeps for replays, and of what a subscription keeps unacknowledged. */
export const retentionRule = pubsub.lasts(
  "retention",
  "10m",
  "31d",
  "https://cloud.google.com/pubsub/docs/replay-overview",
);
