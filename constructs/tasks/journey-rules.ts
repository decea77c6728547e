import { FactKind, type JourneyRule } from "../core/facts";
import { rights } from "../core/uses";

/** A queue that this app makes, named in full: projects/P/locations/L/queues/Q. */
export const queues = new FactKind<{ readonly queue: string }>(() => [unusedQueue]);

const unusedQueue: JourneyRule = {
  id: "queue-unused",
  // Another app, or a person, may have been let in by hand.
  level: "warning",
  page: "https://cloud.google.com/tasks/docs/access-control",
  broken: (facts) => {
    const used = new Set(facts.all(rights).map(({ fullName }) => fullName));
    return facts
      .all(queues)
      .filter(({ queue }) => !used.has(queue))
      .map(({ at, queue }) => ({
        at,
        says: `${queue} gets no tasks: nobody was given the right to enqueue (grantEnqueue)`,
      }));
  },
};
