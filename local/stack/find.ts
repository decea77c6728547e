import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readDocument, type StackDocument } from "./document";
import { StackProblem } from "./problem";

/**
 * A stack that was synthesized, by its id or by what its id begins with: "gaming-events" finds "gaming-events-dev".
 * @param out the folder that cdktf wrote: cdktf.out
 * @param app the folder of cdktf.json
 * @throws StackProblem that lists the stacks there are, where none or several fit
 */
export function findStack(out: string, wanted: string, app: string): StackDocument {
  const manifest = readManifest(out);
  const ids = Object.keys(manifest).toSorted();
  const fitting = ids.includes(wanted) ? [wanted] : ids.filter((id) => id.startsWith(wanted));
  const [id] = fitting;
  if (id === undefined) {
    const known = ids.length === 0 ? "the app has no stacks" : `the app has ${ids.join(", ")}`;
    throw new StackProblem(`no stack's id is, or begins with, "${wanted}": ${known}`);
  }
  if (fitting.length > 1)
    throw new StackProblem(`"${wanted}" fits several stacks: ${fitting.join(", ")}. Name one of them`);
  return readDocument(join(out, manifest[id] as string), id, app);
}

/** Stack id to the path of its JSON within the folder. */
function readManifest(out: string): { readonly [id: string]: string } {
  let manifest: { readonly stacks?: { readonly [id: string]: { readonly synthesizedStackPath: string } } };
  try {
    manifest = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8")) as typeof manifest;
  } catch (error) {
    throw new StackProblem(
      `${out} holds no synthesized app (${(error as Error).message}); run the app of cdktf.json first`,
    );
  }
  return Object.fromEntries(
    Object.entries(manifest.stacks ?? {}).map(([id, { synthesizedStackPath }]) => [id, synthesizedStackPath]),
  );
}
