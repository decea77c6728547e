import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LogStore } from "./store";

/** What the log needs of a file system. Its errors carry Node's `code`. */
export interface Files {
  /** Writes a new file whole and returns once the disk has it. */
  writeSynced(path: string, content: Uint8Array): Promise<void>;
  /** Gives a file a second name. @throws EEXIST where the name is taken. */
  link(path: string, name: string): Promise<void>;
  unlink(path: string): Promise<void>;
  read(path: string): Promise<Uint8Array>;
  /** Names in a folder. */
  list(folder: string): Promise<readonly string[]>;
  makeFolder(path: string): Promise<void>;
  /** Returns once the disk has the names in a folder: without it, a file may be there and not be found after a power cut. */
  syncFolder(path: string): Promise<void>;
}

const UNFINISHED = ".new-";

/** The log in a folder. An object is written aside, synced, and only then given its name, which exists once. */
export class DiskStore implements LogStore {
  /** Folders whose own names are known to be on the disk. */
  private readonly folders = new Set<string>();

  constructor(
    readonly place: string,
    private readonly files: Files = nodeFiles,
  ) {}

  async create(name: string, content: Uint8Array): Promise<"created" | "exists"> {
    const path = join(this.place, name);
    const folder = dirname(path);
    await this.makeFolder(folder);
    const aside = join(folder, UNFINISHED + randomUUID());
    await this.files.writeSynced(aside, content);
    try {
      return await this.files.link(aside, path).then(
        () => "created" as const,
        (error: unknown) => orElse(error, "EEXIST", "exists" as const),
      );
    } finally {
      await this.files.unlink(aside);
      // Also where it exists: whoever created it may have died before this.
      await this.files.syncFolder(folder);
    }
  }

  read(name: string): Promise<Uint8Array | undefined> {
    return this.files.read(join(this.place, name)).catch((error: unknown) => orElse(error, "ENOENT", undefined));
  }

  async list(prefix: string, from = ""): Promise<readonly string[]> {
    const names: string[] = [];
    const terms = await this.listFolder(join(this.place, prefix));
    for (const term of terms) {
      const entries = await this.listFolder(join(this.place, prefix, term));
      names.push(...entries.filter((name) => !name.startsWith(UNFINISHED)).map((name) => `${prefix}${term}/${name}`));
    }
    return names.filter((name) => name >= from).toSorted();
  }

  async delete(name: string): Promise<void> {
    await this.files.unlink(join(this.place, name)).catch((error: unknown) => orElse(error, "ENOENT", undefined));
  }

  private listFolder(path: string): Promise<readonly string[]> {
    return this.files.list(path).catch((error: unknown) => orElse(error, "ENOENT", []));
  }

  private async makeFolder(path: string): Promise<void> {
    if (this.folders.has(path)) return;
    const parent = dirname(path);
    if (path !== this.place && parent !== path) await this.makeFolder(parent);
    await this.files.makeFolder(path);
    await this.files.syncFolder(parent);
    this.folders.add(path);
  }
}

function orElse<T>(error: unknown, code: string, value: T): T {
  if (error instanceof Error && "code" in error && error.code === code) return value;
  throw error;
}

const nodeFiles: Files = {
  async writeSynced(path, content) {
    const file = await open(path, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  link,
  unlink,
  async read(path) {
    const file = await open(path, "r");
    try {
      // Into one buffer: readFile of so large a file reads pieces and puts them together, which takes twice the memory.
      const content = Buffer.allocUnsafeSlow((await file.stat()).size);
      for (let at = 0; at < content.length;) {
        const { bytesRead } = await file.read(content, at);
        if (bytesRead === 0) throw new Error(`${path} has become shorter while it was read`);
        at += bytesRead;
      }
      return content;
    } finally {
      await file.close();
    }
  },
  list: (folder) => readdir(folder),
  makeFolder: async (path) => void (await mkdir(path, { recursive: true })),
  async syncFolder(path) {
    const folder = await open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};
