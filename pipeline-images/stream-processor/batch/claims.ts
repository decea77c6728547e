/**
 * What the tasks of a run agree on, as objects that are created where none is: what it reads, whose rows count for each
 * task, and that all of it is seen.
 */
import type { LogStore } from "../log/store";
import type { ListedFile } from "../place";
import type { Staged } from "./batch-output";
import type { Counts } from "./counts";
import type { Tries } from "./tries";

/** What every task of a run reads: it is the same for all of them, and for each try of them. */
export interface Manifest {
  /** Milliseconds since the epoch. */
  readonly started: number;
  /** Of inputs that come of files, by input. */
  readonly files: { readonly [input: string]: readonly ListedFile[] };
}

/** One attempt's word of what it wrote: the first of a task counts. */
export interface Claim {
  readonly attempt: string;
  readonly counts: Counts;
  /** By output. */
  readonly staged: { readonly [output: string]: Staged };
}

/** Claims that are read at once. */
const AT_ONCE = 20;

/** Rows that sinks refused when they were published, as error rows: the first word of it counts. */
export interface Refused {
  readonly attempt: string;
  readonly staged: Staged;
  /** By output. */
  readonly rows: { readonly [output: string]: number };
}

export class Claims {
  /** @param folder of the run: nothing in it belongs to another one */
  constructor(
    private readonly store: LogStore,
    private readonly folder: string,
    private readonly tries: Tries,
  ) {}

  /** The run's manifest; the one that is proposed, where there is none yet. */
  async manifest(propose: () => Promise<Manifest>): Promise<Manifest> {
    const there = await this.read<Manifest>("manifest");
    return there ?? this.agree("manifest", await propose());
  }

  /** The claim that counts for a task: this one, or one that was there before. */
  claim(task: number, claim: Claim): Promise<Claim> {
    return this.agree(taskName(task), claim);
  }

  /** Of one task, where it has one. */
  of(task: number): Promise<Claim | undefined> {
    return this.read(taskName(task));
  }

  /** Of all tasks, by index; undefined while one has none. */
  async all(tasks: number): Promise<readonly Claim[] | undefined> {
    const found: Claim[] = [];
    while (found.length < tasks) {
      const some = Array.from({ length: Math.min(AT_ONCE, tasks - found.length) }, (_, i) => this.of(found.length + i));
      for (const claim of await Promise.all(some)) {
        if (claim === undefined) return undefined;
        found.push(claim);
      }
    }
    return found;
  }

  /** What was refused late, where something was. */
  refused(): Promise<Refused | undefined> {
    return this.read("refused");
  }

  /** The one that counts: this one, or one that was there before. */
  claimRefused(refused: Refused): Promise<Refused> {
    return this.agree("refused", refused);
  }

  async isDone(): Promise<boolean> {
    return (await this.read("done")) !== undefined;
  }

  async done(at: number): Promise<void> {
    await this.agree("done", { at });
  }

  private async agree<T>(name: string, value: T): Promise<T> {
    const content = Buffer.from(JSON.stringify(value));
    await this.tries(this.store.place, () => this.store.create(`${this.folder}/${name}`, content));
    // What is there counts, whoever made it: also where the answer to one's own was lost.
    return (await this.read<T>(name)) ?? value;
  }

  private async read<T>(name: string): Promise<T | undefined> {
    const content = await this.tries(this.store.place, () => this.store.read(`${this.folder}/${name}`));
    return content === undefined ? undefined : (JSON.parse(Buffer.from(content).toString()) as T);
  }
}

const taskName = (task: number): string => `tasks/${String(task).padStart(5, "0")}`;
