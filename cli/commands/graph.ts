import { graphOf } from "../../local/graph";
import { toMermaid } from "../../local/mermaid";
import { computedAttributes } from "../../local/stack/computed";
import { findStack } from "../../local/stack/find";
import { resolveStack } from "../../local/stack/resolve";
import { findApp, synthesize } from "../app";
import { CommandError } from "../command-error";
import type { Io } from "../io";

/** Prints a stack's journey as Mermaid, from its synthesized JSON; nothing is started. */
export async function graph(wanted: string, io: Io): Promise<number> {
  const app = findApp(io.cwd);
  const synthesized = await synthesize(app, io);
  try {
    const stack = findStack(synthesized.out, wanted, app.folder);
    const { failures, resolved } = await resolveStack(stack, (resource) => computedAttributes(resource, stack));
    const [failure] = failures;
    if (failure !== undefined) throw new CommandError(`${failure.address}: ${failure.error.message}`);
    const known = resolved.map(({ resource, attributes }) => ({ ...resource, attributes }));
    io.out(`${toMermaid(graphOf(known, stack.project)).trimEnd()}\n`);
    return 0;
  } finally {
    synthesized.remove();
  }
}
