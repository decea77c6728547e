/** What leaves while more is read: one after the other, and not more of it at a time than some megabytes. */
const MOST_BYTES = 16 * 1024 * 1024;

export class Sending<Item> {
  private readonly queue: { readonly item: Item; readonly bytes: number }[] = [];
  private bytes = 0;
  private underway = Promise.resolve();
  private running = false;
  private failure: unknown;
  private failed = false;
  private waiting: (() => void)[] = [];

  constructor(private readonly send: (item: Item) => Promise<void>) {}

  add(item: Item, bytes: number): void {
    this.queue.push({ item, bytes });
    this.bytes += bytes;
    if (this.running) return;
    this.running = true;
    this.underway = this.run();
  }

  /** Resolves when more may be added. @throws what the sending of anything so far threw */
  async room(): Promise<void> {
    while (!this.failed && this.bytes > MOST_BYTES) await new Promise<void>((resolve) => this.waiting.push(resolve));
    if (this.failed) throw this.failure;
  }

  /** Resolves when all of it is sent. @throws what the sending of anything threw */
  async done(): Promise<void> {
    while (this.running) await this.underway;
    if (this.failed) throw this.failure;
  }

  /** What was not sent yet is not. */
  stop(): void {
    this.queue.length = 0;
  }

  private async run(): Promise<void> {
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      try {
        if (!this.failed) await this.send(next.item);
      } catch (error) {
        this.failed = true;
        this.failure = error;
      }
      this.bytes -= next.bytes;
      for (const resolve of this.waiting.splice(0)) resolve();
    }
    this.running = false;
  }
}
