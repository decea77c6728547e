import { FactKind, type JourneyRule } from "../core/facts";
import { rights } from "../core/uses";

/** A function that is called for the objects of a bucket. */
export const bucketFunctions = new FactKind<{
  /** The bucket, by its name. */
  readonly bucket: string;
  readonly prefix: string | undefined;
  /** Whom the function runs as. */
  readonly member: string;
}>(() => [functionLoop]);

const writing = new Set([
  "roles/storage.admin",
  "roles/storage.objectAdmin",
  "roles/storage.objectCreator",
  "roles/storage.objectUser",
]);

const functionLoop: JourneyRule = {
  id: "function-loop",
  level: "error",
  page: "https://cloud.google.com/functions/docs/calling/storage",
  broken(facts) {
    const writers = new Set(
      facts.all(rights).flatMap(({ role, member, fullName }) => (writing.has(role) ? [`${member} ${fullName}`] : [])),
    );
    return facts
      .all(bucketFunctions)
      .filter(({ bucket, prefix, member }) => prefix === undefined && writers.has(`${member} ${bucket}`))
      .map(({ at, bucket }) => ({
        at,
        says: `is called for each object of ${bucket}, and may write into it: it would be called for its own, without end. Let it write elsewhere, or give the trigger a prefix that what it writes has not`,
      }));
  },
};
