import { FactKind, type JourneyRule } from "../core/facts";

/** A job that this app makes, or has launched by the clock. */
export const jobs = new FactKind<{
  /** projects/P/locations/R/jobs/NAME: what monitoring and people know it by. */
  readonly job: string;
  readonly name: string;
  readonly mode: "streaming" | "batch";
}>(() => [doubledName]);

const doubledName: JourneyRule = {
  id: "job-name-twice",
  level: "error",
  page: "https://cloud.google.com/dataflow/docs/guides/setting-pipeline-options",
  broken(facts) {
    const owners = new Map<string, string>();
    return facts.all(jobs).flatMap(({ at, job }) => {
      const owner = owners.get(job);
      owners.set(job, owner ?? at.node.path);
      if (owner === undefined) return [];
      return [
        { at, says: `${job} is the name of ${owner} too: Dataflow refuses a job while another of its name runs` },
      ];
    });
  },
};
