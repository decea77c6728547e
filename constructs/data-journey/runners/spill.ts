import type { StreamProcessorEnvironment } from "../../../pipeline-images/stream-processor/contract";
import { aggregates } from "../../../pipeline/aggregates";
import type { Pipeline } from "../../../pipeline/pipeline";
import type { NfsVolume, Volumes } from "../../cloud-run/volume";
import type { Rule } from "../../core/rules";
import { bytesOf, type Size } from "../../core/size";

export interface SpillProps {
  /**
   * Enough for the rows on their way; of a pipeline that puts rows together also for its groups, and for what is put aside.
   * @default "512Mi", as Google does; "2Gi" where rows are put together: Node takes some 100 MiB of it, and half of the rest
   * is for groups in memory before any of them is put aside
   */
  readonly memory?: Size;
  /**
   * Where a pipeline that puts rows together puts aside the groups that its memory does not hold: so much of that memory,
   * written down, where groups take a part of what they take while they are worked on; or a folder of an NFS server
   * (Filestore) that `egress` leads to, as large as that is.
   * @default half of the memory: groups are put aside when they take a quarter of it, and a run that needs more ends with a
   * sentence, not by being killed
   */
  readonly spill?: Size | NfsVolume;
}

interface Given extends SpillProps {
  readonly pipeline: Pipeline;
  readonly egress?: unknown;
}

/** Where the container finds it. */
const FOLDER = "/spill";
/** Of a job that puts rows together. */
const MEMORY: Size = "2Gi";
/** Less is no room: Node takes a good part of it. */
const LEAST: Size = "512Mi";

const page = "https://cloud.google.com/run/docs/configuring/jobs/in-memory-volume-mounts";

export const spillRule: Rule<Given> = {
  id: "spill-room",
  reads: ["memory", "spill"],
  page,
  broken({ pipeline, memory = MEMORY, spill, egress }) {
    const step = aggregates(pipeline.toJSON());
    if (step === undefined) {
      return spill === undefined
        ? undefined
        : `spill is given, and ${pipeline.name} works row by row, of which nothing is put aside: leave it out`;
    }
    if (typeof spill === "object") {
      return egress === undefined
        ? `spill is on the server ${spill.nfs}, and the job is in no network in which it would find it: give it an egress`
        : undefined;
    }
    const [all, least] = [bytesOf(memory), bytesOf(LEAST) as number];
    // The job's own rule says what is wrong with its memory.
    if (all === undefined) return undefined;
    if (all < least) {
      return `memory is "${memory}", and ${pipeline.name} puts rows together (${step.id}): what it does not hold would have no room. Give it ${LEAST} or more`;
    }
    const size = spill === undefined ? all / 2 : bytesOf(spill);
    if (size === undefined) return `spill is "${spill}": write a number and a unit, as in "1Gi"`;
    return size > all / 2
      ? `spill is "${spill}" of a memory of "${memory}": more than half of it leaves too little for the groups that are worked on. Give the job more memory`
      : undefined;
  },
};

/** What a job has for it, and what its processor is told. */
export function spilling({ pipeline, memory, spill }: Given): {
  readonly memory?: Size;
  readonly volumes?: Volumes;
  readonly env: Pick<StreamProcessorEnvironment, "SPILL">;
} {
  if (aggregates(pipeline.toJSON()) === undefined) return { ...(memory && { memory }), env: {} };
  const has = memory ?? MEMORY;
  const volume = typeof spill === "object" ? spill : { inMemory: spill ?? half(has) };
  return { memory: has, volumes: { [FOLDER]: volume }, env: { SPILL: FOLDER } };
}

const half = (size: Size): Size => `${Math.floor((bytesOf(size) ?? 0) / 2 ** 21)}Mi`;
