import { resolve } from "node:path";
import { accessOf, type IdentityRights, type Right } from "../../local/access/report";
import { findStack } from "../../local/stack/find";
import { findApp, synthesize, synthesizedIn } from "../app";
import type { Io } from "../io";

export interface AccessOptions {
  readonly synthesized?: string;
  readonly json?: boolean;
}

/** Prints who can do what on what, and why, from a stack's synthesized JSON; nothing is started. */
export async function access(wanted: string, options: AccessOptions, io: Io): Promise<number> {
  const app = findApp(io.cwd);
  const { synthesized: there, json = false } = options;
  const synthesized = there === undefined ? await synthesize(app, io) : synthesizedIn(resolve(io.cwd, there), app);
  try {
    const rights = await accessOf(findStack(synthesized.out, wanted, app.folder));
    io.out(
      json ? `${JSON.stringify(rights, undefined, 2)}\n` : `${rights.map(paragraph).join("\n")}${summary(rights)}`,
    );
    return 0;
  } finally {
    synthesized.remove();
  }
}

function paragraph(identity: IdentityRights): string {
  const lines = identity.rights.map((right) => [short(right.role), right.on, wordsFor(right)] as const);
  const width = (column: 0 | 1): number => Math.max(...lines.map((line) => line[column].length));
  const [roles, things] = [width(0), width(1)];
  const rows = lines.map(([role, on, why]) => `  ${role.padEnd(roles)}  ${on.padEnd(things)}  ${why}`.trimEnd());
  return `${title(identity)}\n${rows.join("\n")}\n`;
}

function title({ member, runs, agent }: IdentityRights): string {
  if (member.startsWith("all")) return `${member} (anybody)`;
  const name = member.replace(/^serviceAccount:/, "");
  // Its address has the project's number, which a stack need not know.
  if (agent !== undefined) return `${agent}'s service agent (Google's)`;
  return runs.length === 0 ? name : `${name} (runs ${runs.join(", ")})`;
}

/** "roles/pubsub.publisher": "pubsub.publisher". A role that is made has its project before it. */
const short = (role: string): string => role.replace(/^roles\//, "");

function wordsFor({ why, wholeProject, assumed, condition }: Right): string {
  const words = [
    why ?? "given by the stack's code",
    ...(wholeProject ? ["the whole project"] : []),
    ...(condition === undefined ? [] : [`if ${condition}`]),
    ...(assumed ? ["given by its owner, outside of the stack"] : []),
  ];
  return words.join("; ");
}

function summary(all: readonly IdentityRights[]): string {
  const rights = all.flatMap((identity) => identity.rights);
  const wide = rights.filter(({ wholeProject }) => wholeProject).length;
  const open = all.some(({ member }) => member.startsWith("all"));
  const words = [
    `${all.length} identities, ${rights.length} rights`,
    wide === 0 ? "none on a whole project" : `${wide} on a whole project`,
    open ? "some for anybody" : "none for anybody",
  ];
  return `\n${words.join(", ")}\n`;
}
