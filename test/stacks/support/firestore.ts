/** Google's own emulator of Firestore, where this machine has it: a part of gcloud, which needs Java. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort, onPath, programOf } from "./emulator";

const program = programOf("gcloud", join("platform", "cloud-firestore-emulator", "cloud_firestore_emulator"));

/** A test that needs it is skipped where it is not. */
export const hasFirestore = program !== undefined && onPath("java") !== undefined;

/** A field's value, as Firestore writes it. */
type Value = { readonly [kind: string]: unknown };

interface Document {
  readonly name: string;
  readonly fields: { readonly [name: string]: Value };
}

interface Page {
  readonly documents?: readonly Document[];
  readonly nextPageToken?: string;
}

export interface Firestore {
  /** For FIRESTORE_EMULATOR_HOST. */
  readonly host: string;
  /** All documents of a collection, by their ids. */
  documents(database: string, collection: string): Promise<{ readonly [id: string]: Document["fields"] }>;
  stop(): void;
}

export async function startFirestore(): Promise<Firestore> {
  if (program === undefined) throw new Error("there is no emulator of Firestore on this machine");
  const port = await freePort();
  // In a group of its own: the program is a script, and what it starts has to end as well.
  const child = spawn(program, ["start", "--host=127.0.0.1", `--port=${port}`], { detached: true, stdio: "ignore" });
  const host = `127.0.0.1:${port}`;
  await answers(`http://${host}/`);
  return {
    host,
    async documents(database, collection) {
      const found: Document[] = [];
      for (let page: string | undefined = ""; page !== undefined;) {
        const answer = await fetch(
          `http://${host}/v1/${database}/documents/${collection}?pageSize=300&pageToken=${page}`,
          {
            headers: { authorization: "Bearer owner" },
          },
        );
        const { documents = [], nextPageToken } = (await answer.json()) as Page;
        found.push(...documents);
        page = nextPageToken;
      }
      return Object.fromEntries(found.map(({ name, fields }) => [name.split("/").at(-1), fields]));
    },
    stop: () => void (child.pid !== undefined && process.kill(-child.pid)),
  };
}

async function answers(url: string): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await pause(100)) {
    const there = await fetch(url).then(
      () => true,
      () => false,
    );
    if (there) return;
  }
  throw new Error(`nothing answers at ${url}`);
}
