import { resolve } from "node:path";
import { graphOfStack } from "../../local/graph";
import { toMermaid } from "../../local/mermaid";
import { findStack } from "../../local/stack/find";
import { findApp, synthesize, synthesizedIn } from "../app";
import type { Io } from "../io";

export interface GraphOptions {
  readonly synthesized?: string;
}

/** Prints a stack's journey as Mermaid, from its synthesized JSON; nothing is started. */
export async function graph(wanted: string, options: GraphOptions, io: Io): Promise<number> {
  const app = findApp(io.cwd);
  const { synthesized: there } = options;
  const synthesized = there === undefined ? await synthesize(app, io) : synthesizedIn(resolve(io.cwd, there), app);
  try {
    const stack = findStack(synthesized.out, wanted, app.folder);
    io.out(`${toMermaid(await graphOfStack(stack)).trimEnd()}\n`);
    return 0;
  } finally {
    synthesized.remove();
  }
}
