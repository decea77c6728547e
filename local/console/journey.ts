/** What the parts of a journey are for, read from its graph: where events come in, what each subscription leads to. */
import type { GraphNode, JourneyGraph, NodeKind } from "../graph";

/** Addresses of resources, all of them. */
export interface Journey {
  /**
   * Services that take events and publish them, public ones first. Where none may publish, those that anyone may call:
   * a proxy without its grant is a proxy all the same, and what it lacks is to be said by whoever refuses it.
   */
  readonly entrances: readonly Entrance[];
  /** Topics that events come in at. */
  readonly topics: readonly string[];
  /** One for each subscription of these topics. */
  readonly routes: readonly Route[];
  /** Topics that dead letters go to. */
  readonly deadLetters: readonly DeadLetterTopic[];
}

interface Entrance {
  readonly service: string;
  /** Where it publishes; undefined where it may not. */
  readonly topic: string | undefined;
  readonly public: boolean;
}

/** What becomes of an event that a subscription gets. */
export interface Route {
  readonly subscription: string;
  /** The service or worker pool that works on it; none where the subscription writes by itself. */
  readonly workload: string | undefined;
  /** Tables that it is written to. */
  readonly tables: readonly string[];
}

interface DeadLetterTopic {
  readonly topic: string;
  /** Subscriptions that keep what comes. */
  readonly subscriptions: readonly string[];
}

export function journeyOf({ nodes, edges }: JourneyGraph): Journey {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const kind = (id: string): NodeKind | undefined => byId.get(id)?.kind;
  const after = (id: string, ...kinds: readonly NodeKind[]): readonly string[] =>
    edges.filter(({ from, to }) => from === id && kinds.includes(kind(to) as NodeKind)).map(({ to }) => to);
  const isFed = (id: string): boolean => edges.some(({ to, kind: how }) => to === id && how === "deliver");

  const callable = nodes.filter((node) => node.kind === "service" && !isFed(node.id));
  const publishing = callable
    .flatMap((node) => after(node.id, "topic").map((topic) => entrance(node, topic)))
    .toSorted((a, b) => Number(b.public) - Number(a.public));
  const mute = callable.filter((node) => node.public === true).map((node) => entrance(node, undefined));
  const entrances = publishing.length > 0 ? publishing : mute;
  const published = [...new Set(publishing.flatMap(({ topic }) => topic ?? []))];
  const topics = published.length > 0 ? published : topicsWithoutPublisher({ nodes, edges });
  return {
    entrances,
    topics,
    routes: topics
      .flatMap((topic) => after(topic, "subscription"))
      .map((subscription): Route => {
        const [workload] = after(subscription, "service", "function", "worker-pool", "job");
        return {
          subscription,
          workload,
          tables: [...after(subscription, "table"), ...(workload === undefined ? [] : after(workload, "table"))],
        };
      }),
    deadLetters: nodes
      .filter((node) => node.kind === "dead-letters")
      .map(({ id }) => ({ topic: id, subscriptions: after(id, "subscription") })),
  };
}

const entrance = (node: GraphNode, topic: string | undefined): Entrance => ({
  service: node.id,
  topic,
  public: node.public === true,
});

/** Events come in at what is read and what nobody in the stack writes. */
function topicsWithoutPublisher({ nodes, edges }: JourneyGraph): readonly string[] {
  return nodes
    .filter(({ id, kind }) => kind === "topic" && !edges.some(({ to }) => to === id))
    .map(({ id }) => id)
    .filter((id) => edges.some(({ from }) => from === id));
}
