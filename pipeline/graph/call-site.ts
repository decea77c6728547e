import { relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Where a user called a method, for messages. Read only when something is wrong: to write out a stack is slow. */
export interface CallSite {
  /** `stacks/clicks/pipeline.ts:14`, from the working directory; undefined where the runtime does not tell. */
  where(): string | undefined;
}

/** @param above how many frames the user's call is above the caller of this */
export function callSite(above: number): CallSite {
  const trace: { readonly stack?: string } = {};
  // As many frames as are needed, whatever others have set: some turn traces off to be faster.
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = above + 1;
  Error.captureStackTrace(trace, callSite);
  Error.stackTraceLimit = limit;
  return {
    where() {
      const frame = trace.stack?.split("\n").filter((line) => line.startsWith("    at "))[above];
      const [, file, line] = /\(?((?:file:\/\/)?[^()\s][^()]*):(\d+):\d+\)?$/.exec(frame?.slice(7) ?? "") ?? [];
      return file === undefined ? undefined : `${readable(file.replace(/^.* (?=\/|file:)/, ""))}:${line}`;
    },
  };
}

function readable(file: string): string {
  const path = file.startsWith("file:") ? fileURLToPath(file) : file;
  const short = relative(process.cwd(), path);
  return short === "" || short.startsWith("..") ? path : short;
}
