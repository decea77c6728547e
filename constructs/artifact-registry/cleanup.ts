import type { ArtifactRegistryRepositoryCleanupPolicies } from "@cdktf/provider-google/lib/artifact-registry-repository";
import { seconds, type Duration } from "../../pipeline/duration";
import { limits, notADuration } from "../core/limits";
import type { Rules } from "../core/rules";

/** What is deleted by age, whether it has a tag or not. */
export interface DeleteOld {
  /** 1d to 3650d. */
  readonly after: Duration;
  /**
   * So many of the newest versions of each image stay, however old: what has run for a year may have to be started
   * again tomorrow. 1 to 1000.
   */
  readonly keepRecent: number;
  /** Versions with a tag that begins so stay too: "release-". @default none */
  readonly keepTags?: readonly string[];
}

export interface CleanupProps {
  /**
   * Deletes images without a tag that are so old, 1d to 3650d. What is deployed by digest has its tag as long as nobody
   * moves it.
   * @default nothing is deleted: an old revision can always be started again
   */
  readonly deleteUntaggedAfter?: Duration;
  /**
   * Deletes whatever is so old, but for the newest of each image.
   * @default nothing is deleted
   */
  readonly deleteOld?: DeleteOld;
  /**
   * Writes down in the audit log what would be deleted, and deletes nothing.
   * @default false
   */
  readonly cleanupDryRun?: boolean;
}

const page = "https://cloud.google.com/artifact-registry/docs/repositories/cleanup-policy";
const SHORTEST: Duration = "1d";
const LONGEST: Duration = "3650d";

export const cleanupRules: Rules<CleanupProps> = [
  limits("Artifact Registry").lasts("deleteUntaggedAfter", SHORTEST, LONGEST, page),
  {
    id: "deleteOld-range",
    reads: ["deleteOld"],
    ofTokens: true,
    page,
    broken({ deleteOld }) {
      if (deleteOld === undefined) return undefined;
      const { after, keepRecent } = deleteOld;
      const sentence = notADuration(after, SHORTEST, LONGEST);
      if (sentence) return `deleteOld.after ${sentence("Artifact Registry")}`;
      if (Number.isInteger(keepRecent) && keepRecent >= 1 && keepRecent <= 1000) return undefined;
      return `deleteOld.keepRecent is ${keepRecent}: Artifact Registry takes 1 to 1000`;
    },
  },
  {
    id: "cleanupDryRun-alone",
    reads: ["cleanupDryRun"],
    page: `${page}#dry-run`,
    broken: ({ cleanupDryRun, deleteUntaggedAfter, deleteOld }) =>
      cleanupDryRun === true && deleteUntaggedAfter === undefined && deleteOld === undefined
        ? "cleanupDryRun is true, but nothing would be deleted: give deleteUntaggedAfter or deleteOld"
        : undefined,
  },
];

/** Where one policy keeps what another deletes, it is kept. */
export function cleanupPolicies(props: CleanupProps): ArtifactRegistryRepositoryCleanupPolicies[] | undefined {
  const { deleteUntaggedAfter, deleteOld } = props;
  const policies: ArtifactRegistryRepositoryCleanupPolicies[] = [];
  if (deleteUntaggedAfter) {
    const condition = { tagState: "UNTAGGED", olderThan: seconds(deleteUntaggedAfter) };
    policies.push({ id: "untagged", action: "DELETE", condition });
  }
  if (deleteOld) {
    const { after, keepRecent, keepTags } = deleteOld;
    policies.push(
      { id: "old", action: "DELETE", condition: { tagState: "ANY", olderThan: seconds(after) } },
      { id: "recent", action: "KEEP", mostRecentVersions: { keepCount: keepRecent } },
    );
    if (keepTags) {
      policies.push({ id: "tags", action: "KEEP", condition: { tagState: "TAGGED", tagPrefixes: [...keepTags] } });
    }
  }
  return policies.length === 0 ? undefined : policies;
}
