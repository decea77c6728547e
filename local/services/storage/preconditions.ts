import { CloudError } from "../../errors";
import type { ObjectRecord } from "./records";

/** What must be true of the object that is there, for the request to be done. Absent is generation 0. */
export interface Preconditions {
  readonly ifGenerationMatch?: number;
  readonly ifGenerationNotMatch?: number;
  readonly ifMetagenerationMatch?: number;
  readonly ifMetagenerationNotMatch?: number;
}

/** "412": another has been here. "304": the caller has it already. */
export type Verdict = "met" | "412" | "304";

export function verdict(wanted: Preconditions, found: ObjectRecord | undefined): Verdict {
  const generation = found?.generation ?? 0;
  const metageneration = found?.metageneration ?? 0;
  if (wanted.ifGenerationMatch !== undefined && wanted.ifGenerationMatch !== generation) return "412";
  if (wanted.ifMetagenerationMatch !== undefined && wanted.ifMetagenerationMatch !== metageneration) return "412";
  if (wanted.ifGenerationNotMatch !== undefined && wanted.ifGenerationNotMatch === generation) return "304";
  if (wanted.ifMetagenerationNotMatch !== undefined && wanted.ifMetagenerationNotMatch === metageneration) return "304";
  return "met";
}

/** @see https://cloud.google.com/storage/docs/request-preconditions */
export function preconditionsOf(query: URLSearchParams, prefix = "if"): Preconditions {
  const read = (name: string): number | undefined => {
    const text = query.get(`${prefix}${name}`);
    if (text === null) return undefined;
    if (!/^\d{1,16}$/.test(text)) {
      throw new CloudError(
        "INVALID_ARGUMENT",
        `Invalid value '${text}' for ${prefix}${name}: a whole number is wanted.`,
      );
    }
    return Number(text);
  };
  return {
    ifGenerationMatch: read("GenerationMatch"),
    ifGenerationNotMatch: read("GenerationNotMatch"),
    ifMetagenerationMatch: read("MetagenerationMatch"),
    ifMetagenerationNotMatch: read("MetagenerationNotMatch"),
  };
}
