import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { StackProblem } from "./stack/problem";

/** What the layout of the folder is; a folder of another layout is not read. */
const VERSION = 1;

/** Whose state a folder holds. */
interface Owner {
  readonly version: number;
  readonly stack: string;
  readonly project: string;
}

/** Where a run keeps its state: a folder that one run at a time has for itself. */
export class StateFolder {
  private constructor(
    readonly path: string,
    private readonly lock: string,
    private readonly kept: boolean,
  ) {}

  /**
   * @param path kept from run to run; without it a temporary one that goes when the run ends
   * @throws StackProblem when another run has it, or it holds another stack's state
   */
  static open(path: string | undefined, stack: string, project: string): StateFolder {
    if (path === undefined) {
      const made = mkdtempSync(join(tmpdir(), `journey-${stack}-`));
      return new StateFolder(made, takeLock(made), false);
    }
    const folder = resolve(path);
    mkdirSync(folder, { recursive: true });
    const lock = takeLock(folder);
    try {
      claim(folder, { version: VERSION, stack, project });
    } catch (error) {
      rmSync(lock, { force: true });
      throw error;
    }
    return new StateFolder(folder, lock, true);
  }

  /** A folder within, made on first use. */
  within(name: string): string {
    const folder = join(this.path, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  close(): void {
    if (this.kept) rmSync(this.lock, { force: true });
    else rmSync(this.path, { recursive: true, force: true });
  }
}

/**
 * Every run writes a file of its own and then looks for others: of two that start at once at least one sees the other,
 * and neither can take what the other holds. A file whose process is gone counts for nothing.
 */
function takeLock(folder: string): string {
  const locks = join(folder, "running");
  mkdirSync(locks, { recursive: true });
  const own = join(locks, `${process.pid}-${randomUUID()}`);
  writeFileSync(own, "", { flag: "wx" });
  for (const name of readdirSync(locks)) {
    const other = join(locks, name);
    if (other === own) continue;
    const pid = Number(name.split("-", 1)[0]);
    if (isAlive(pid)) {
      rmSync(own, { force: true });
      throw new StackProblem(
        `${folder} is in use by process ${pid}: stop that run, or give this one another folder. ` +
          `If that process is something else by now, remove ${other}`,
      );
    }
    rmSync(other, { force: true });
  }
  return own;
}

function claim(folder: string, wanted: Owner): void {
  const file = join(folder, "state.json");
  const found = readOwner(file);
  if (found === undefined) {
    // Renamed into place: whoever is killed meanwhile leaves no half of it.
    writeFileSync(`${file}.new`, `${JSON.stringify(wanted, undefined, 2)}\n`);
    renameSync(`${file}.new`, file);
    return;
  }
  if (found.version !== wanted.version) {
    throw new StackProblem(
      `${folder} holds state of layout ${found.version}, and this version reads ${wanted.version}: remove the folder, or give another`,
    );
  }
  if (found.stack !== wanted.stack || found.project !== wanted.project) {
    throw new StackProblem(
      `${folder} holds the state of ${found.stack} in ${found.project}, not of ${wanted.stack} in ${wanted.project}: give another folder`,
    );
  }
}

function readOwner(file: string): Owner | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  try {
    return JSON.parse(text) as Owner;
  } catch {
    throw new StackProblem(`${file} is not JSON: the folder was not written by a local run. Give another folder`);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
