import { services } from "../cloud-run/facts";
import { FactKind, type JourneyRule } from "../core/facts";

/** Messages that are pushed. */
export const pushes = new FactKind<{
  readonly endpoint: string;
  /** Whether the request carries a token. */
  readonly token: boolean;
  /** Whether the token's account was given the right to invoke what is there. */
  readonly granted: boolean;
}>(() => [pushWithoutToken, pushWithoutGrant]);

const pushWithoutToken: JourneyRule = {
  id: "push-without-token",
  level: "error",
  page: "https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions",
  broken: (facts) =>
    facts
      .all(pushes)
      .filter(({ token }) => !token)
      .map(({ at }) => ({
        at,
        says: `pushes without a token, so that the endpoint cannot tell Pub/Sub from anybody else. Give it an account: as`,
      })),
};

/** A service that is given itself says what its token's audience is, and gives the right; its bare URL does neither. */
const pushWithoutGrant: JourneyRule = {
  id: "push-without-grant",
  level: "error",
  page: "https://cloud.google.com/run/docs/triggering/pubsub-push",
  broken(facts) {
    const closed = new Set(facts.all(services).flatMap(({ url, open }) => (open ? [] : [url])));
    return facts
      .all(pushes)
      .filter(({ endpoint, granted }) => !granted && above(endpoint).some((url) => closed.has(url)))
      .map(({ at }) => ({
        at,
        says: `pushes to the URL of a service that its account may not invoke. Give the service itself: to`,
      }));
  },
};

/** "https://a/b": it, "https://a", ... */
function above(endpoint: string): string[] {
  const parts = endpoint.split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}
