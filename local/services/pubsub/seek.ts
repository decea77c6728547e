/**
 * What a subscription holds after a seek.
 * @see https://cloud.google.com/pubsub/docs/replay-overview
 */
import type { Holdings } from "./ledger";
import type { StoredMessage } from "./message";
import type { Subscription } from "./subscription";

/**
 * All from `time` on is unacknowledged, all before it acknowledged. What was acknowledged comes back as far as it
 * was kept: by the subscription, or by its topic.
 */
export function seekToTime(
  subscription: Subscription,
  ofTopic: Iterable<StoredMessage>,
  time: number,
  now: number,
): Holdings {
  const { unacknowledged, retained } = subscription.holdings;
  const known = union(unacknowledged, retained, wanted(subscription, ofTopic));
  return {
    unacknowledged: known.filter(({ publishTime }) => publishTime >= time),
    retained: subscription.config.retainAckedMessages ? known.filter(({ publishTime }) => publishTime < time) : [],
    discardBefore: time > now ? time : 0,
  };
}

/** What the snapshot holds is unacknowledged, all else acknowledged. */
export function seekToSnapshot(subscription: Subscription, ofSnapshot: Iterable<StoredMessage>): Holdings {
  const back = union(wanted(subscription, ofSnapshot));
  const unacknowledged = new Set(back.map(({ id }) => id));
  const { unacknowledged: before, retained } = subscription.holdings;
  return {
    unacknowledged: back,
    retained: subscription.config.retainAckedMessages
      ? union(before, retained).filter(({ id }) => !unacknowledged.has(id))
      : [],
    discardBefore: 0,
  };
}

function wanted(subscription: Subscription, messages: Iterable<StoredMessage>): StoredMessage[] {
  return [...messages].filter((message) => subscription.wants(message));
}

/** Each once, in the order of publishing. */
function union(...lists: readonly (readonly StoredMessage[])[]): StoredMessage[] {
  const byId = new Map<number, StoredMessage>();
  for (const list of lists) for (const message of list) byId.set(message.id, message);
  return [...byId.values()].toSorted((a, b) => a.id - b.id);
}
