/**
 * The memory budget: a container that takes more than it has is killed, and would be killed again at the same place.
 * When it comes near, the processor takes nothing more until it is below: what waits keeps its leases.
 */
import type { Log } from "../../../runtime/log";
import type { MemoryState, ProcessorMemory } from "../contract";

export interface MemoryReading {
  /** Bytes of the process. */
  readonly used: number;
  /** Of the container; undefined where nobody says. */
  readonly limit: number | undefined;
  /** Bytes on JavaScript's heap, and how many there may be. */
  readonly heap: number;
  readonly heapLimit: number;
}

export interface Memory {
  read(): MemoryReading;
  /** Lets go of what nothing refers to any more: only then a reading says what is needed. It takes a while. */
  collect(): void;
}

/** Near, and far enough again: shares of what there is. */
const NEAR = 0.85;
const FAR = 0.75;
/** Milliseconds between two looks, and between two collections: they take some hundred milliseconds of a large heap. */
const LOOK = 1_000;
const COLLECT = 5_000;

export interface MemoryWatchOptions {
  readonly memory: Memory;
  readonly log: Log;
  readonly pipeline: string;
  /** Bytes of messages and rows that are on their way: what goes away by itself when nothing more is taken. */
  readonly passing: () => number;
}

export class MemoryWatch {
  /** Nothing is to be taken. */
  short = false;
  private looked = -Infinity;
  private collected = -Infinity;
  private reading: MemoryReading;
  private saidNeeded = false;

  constructor(private readonly options: MemoryWatchOptions) {
    this.reading = options.memory.read();
  }

  get state(): MemoryState {
    return memoryState(this.reading, this.short);
  }

  /** @returns whether memory has become short with this look: what is there is to be recorded, and leaves then. */
  look(now: number): boolean {
    if (now - this.looked < LOOK) return false;
    this.looked = now;
    this.reading = this.options.memory.read();
    if (shareOf(this.reading) < (this.short ? FAR : NEAR)) {
      if (this.short) this.end();
      return false;
    }
    // Most of it may be what nothing refers to any more.
    if (now - this.collected < COLLECT) return false;
    this.collected = now;
    this.options.memory.collect();
    this.reading = this.options.memory.read();
    const share = shareOf(this.reading);
    if (this.short) {
      if (share < FAR) this.end();
      else if (share >= NEAR) this.sayWhatIsNeeded();
      return false;
    }
    if (share < NEAR) return false;
    this.begin();
    return true;
  }

  private begin(): void {
    const { pipeline } = this.options;
    this.short = true;
    this.say(
      "WARNING",
      `${pipeline}: memory is short (${textOf(this.reading)}): it takes nothing more until there is enough of it again`,
    );
  }

  private end(): void {
    this.short = false;
    this.saidNeeded = false;
    this.say("INFO", `${this.options.pipeline}: there is enough memory again (${textOf(this.reading)})`);
  }

  /** When nothing is on its way, what is left is what the pipeline keeps: waiting does not help. */
  private sayWhatIsNeeded(): void {
    if (this.saidNeeded) return;
    const { used, limit, heap, heapLimit } = scarce(this.reading);
    const [taken, most] = limit === undefined ? [heap, heapLimit] : [used, limit];
    if (taken - this.options.passing() < NEAR * most) return;
    this.saidNeeded = true;
    this.say(
      "ERROR",
      `${this.options.pipeline}: what its steps keep needs more memory than there is (${textOf(this.reading)}): ` +
        `give it more (memory: "${Math.ceil((2 * (limit ?? 2 * heapLimit)) / 2 ** 30)}Gi"), ` +
        "or shorter windows, less allowed lateness, or less time for which keys are kept",
    );
  }

  private say(severity: "INFO" | "WARNING" | "ERROR", message: string): void {
    const { used, limit, heap, heapLimit } = scarce(this.reading);
    const of: ProcessorMemory = {
      kind: "memory",
      pipeline: this.options.pipeline,
      short: Number(this.short),
      usedBytes: limit === undefined ? heap : used,
      limitBytes: limit ?? heapLimit,
    };
    this.options.log(severity, message, { ...of });
  }
}

export const memoryState = ({ used, limit, heap, heapLimit }: MemoryReading, short: boolean): MemoryState => ({
  used,
  limit: limit ?? null,
  heap,
  heapLimit,
  short,
});

/** The larger share: of the container, or of the heap, which is as final. */
function shareOf({ used, limit = Infinity, heap, heapLimit }: MemoryReading): number {
  return Math.max(used / limit, heap / heapLimit);
}

/** Without the limit that is the farther one. */
const scarce = (reading: MemoryReading): MemoryReading =>
  reading.heap / reading.heapLimit > reading.used / (reading.limit ?? Infinity)
    ? { ...reading, limit: undefined }
    : reading;

function textOf(reading: MemoryReading): string {
  const { used, limit, heap, heapLimit } = scarce(reading);
  return limit === undefined
    ? `${sizeText(heap)} of the heap's ${sizeText(heapLimit)}`
    : `${sizeText(used)} of ${sizeText(limit)}`;
}

const sizeText = (bytes: number): string =>
  bytes >= 2 ** 30 ? `${Math.round((bytes / 2 ** 30) * 10) / 10}Gi` : `${Math.round(bytes / 2 ** 20)}Mi`;
