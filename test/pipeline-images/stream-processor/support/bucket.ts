import type { LogStore } from "../../../../pipeline-images/stream-processor/log/store";
import type { Network, SimulatedProcess } from "./simulation";

/** What Cloud Storage is to the log: objects that are created where they are absent, and listings that show them all. */
export class SimulatedBucket {
  readonly objects = new Map<string, Uint8Array>();
  /** Nothing is taken, and nothing is answered but that. */
  down = false;

  create(name: string, content: Uint8Array): "created" | "exists" {
    if (this.objects.has(name)) return "exists";
    this.objects.set(name, content);
    return "created";
  }

  list(prefix: string, from = ""): string[] {
    return [...this.objects.keys()].filter((name) => name.startsWith(prefix) && name >= from).toSorted();
  }

  /** The bucket as one process reaches it. */
  reachedBy(process: SimulatedProcess, network: Network): LogStore {
    return {
      place: "gs://simulated/checkpoints",
      create: (name, content) => process.call(network, () => this.up.create(name, Uint8Array.from(content))),
      read: (name) => process.call(network, () => this.up.objects.get(name)),
      list: (prefix, from) => process.call(network, () => this.up.list(prefix, from)),
      delete: (name) => process.call(network, () => void this.up.objects.delete(name)),
    };
  }

  private get up(): this {
    if (this.down) throw new Error("503: the bucket is down");
    return this;
  }

  /** The bucket at once, for whoever looks at it from outside. */
  get direct(): LogStore {
    return {
      place: "gs://simulated/checkpoints",
      create: (name, content) => Promise.resolve(this.create(name, content)),
      read: (name) => Promise.resolve(this.objects.get(name)),
      list: (prefix, from) => Promise.resolve(this.list(prefix, from)),
      delete: (name) => Promise.resolve(void this.objects.delete(name)),
    };
  }
}
