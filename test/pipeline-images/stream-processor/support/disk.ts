import { basename, dirname } from "node:path";
import type { Files } from "../../../../pipeline-images/stream-processor/log/disk-store";
import type { Simulation } from "./simulation";

interface Content {
  bytes: Uint8Array;
  synced: boolean;
}

/** A disk with a cache before it: a power cut takes some of what was not synced, content and names alike. */
export class SimulatedDisk implements Files {
  private folders = new Map<string, Map<string, Content>>([["/", new Map()]]);
  private synced = new Map<string, Map<string, Content>>([["/", new Map()]]);
  private cuts = 0;

  constructor(private readonly world: Simulation) {}

  async writeSynced(path: string, bytes: Uint8Array): Promise<void> {
    const content: Content = { bytes: Uint8Array.from(bytes), synced: false };
    const folder = this.folder(dirname(path));
    if (folder.has(basename(path))) throw failure("EEXIST", path);
    folder.set(basename(path), content);
    await this.moment();
    content.synced = true;
  }

  async link(path: string, name: string): Promise<void> {
    await this.moment();
    const content = this.folder(dirname(path)).get(basename(path));
    if (content === undefined) throw failure("ENOENT", path);
    const folder = this.folder(dirname(name));
    if (folder.has(basename(name))) throw failure("EEXIST", name);
    folder.set(basename(name), content);
  }

  async unlink(path: string): Promise<void> {
    await this.moment();
    if (!this.folder(dirname(path)).delete(basename(path))) throw failure("ENOENT", path);
  }

  async read(path: string): Promise<Uint8Array> {
    await this.moment();
    const content = this.folder(dirname(path)).get(basename(path));
    if (content === undefined) throw failure("ENOENT", path);
    return content.bytes;
  }

  async list(path: string): Promise<readonly string[]> {
    await this.moment();
    const folder = path.replace(/\/$/, "");
    const within = [...this.folders.keys()].filter((one) => dirname(one) === folder).map((one) => basename(one));
    return [...this.folder(folder).keys(), ...within];
  }

  async makeFolder(path: string): Promise<void> {
    await this.moment();
    if (!this.folders.has(path)) this.folders.set(path, new Map());
  }

  async syncFolder(path: string): Promise<void> {
    await this.moment();
    this.synced.set(path, new Map(this.folder(path)));
    for (const one of this.folders.keys()) {
      if (dirname(one) === path && !this.synced.has(one)) this.synced.set(one, new Map());
    }
  }

  /** What is on the disk when the power comes back. */
  cutPower(): void {
    this.cuts += 1;
    const left = new Map<string, Map<string, Content>>();
    for (const [path, now] of this.folders) {
      const before = this.synced.get(path);
      if (before === undefined && this.world.chance(0.5)) continue;
      const names = new Map<string, Content>();
      for (const name of new Set([...now.keys(), ...(before?.keys() ?? [])])) {
        const content = this.world.chance(0.5) ? now.get(name) : before?.get(name);
        if (content !== undefined) names.set(name, this.cut(content));
      }
      left.set(path, names);
    }
    this.folders = left;
    this.synced = new Map([...left].map(([path, names]) => [path, new Map(names)]));
  }

  private cut({ bytes, synced }: Content): Content {
    const length = synced ? bytes.length : this.world.between(0, bytes.length);
    return { bytes: bytes.subarray(0, length), synced: true };
  }

  private folder(path: string): Map<string, Content> {
    const folder = this.folders.get(path);
    if (folder === undefined) throw failure("ENOENT", path);
    return folder;
  }

  /** Calls of several callers mix; none goes on after the power was cut. */
  private moment(): Promise<void> {
    const { cuts } = this;
    return new Promise((resolve) => {
      this.world.at(this.world.between(0, 3), () => {
        if (cuts === this.cuts) resolve();
      });
    });
  }
}

const failure = (code: string, path: string): Error => Object.assign(new Error(`${code}: ${path}`), { code });
