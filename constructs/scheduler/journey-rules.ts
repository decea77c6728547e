import { services } from "../cloud-run/facts";
import { FactKind, type JourneyRule } from "../core/facts";

/** Requests that a schedule or a queue sends. */
export const calls = new FactKind<{
  readonly url: string;
  readonly token: boolean;
}>(() => [callWithoutToken]);

const callWithoutToken: JourneyRule = {
  id: "call-without-token",
  level: "error",
  page: "https://cloud.google.com/scheduler/docs/http-target-auth",
  broken: (facts) => {
    const closed = facts.all(services).filter(({ open }) => !open);
    return facts
      .all(calls)
      .filter(({ url, token }) => !token && closed.some((service) => url.startsWith(service.url)))
      .map(({ at }) => ({
        at,
        says: "calls a service that nobody may invoke without a token, and carries none. Give the target the service itself: to",
      }));
  },
};
