/**
 * What befalls one pipeline: its process is killed, told to leave, overtaken by a second one, held still while another
 * takes over and let go on, its streams are cut. What and when is drawn by lot from the seed; what a machine makes of it
 * in its own time is never twice the same.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "../../local/random";
import type { Instance } from "./instance";

export type Blow = "SIGKILL" | "SIGTERM" | "rival" | "zombie";

/** How often each is drawn, of 100. */
const blows: readonly (readonly [Blow, number])[] = [
  ["SIGKILL", 50],
  ["SIGTERM", 20],
  ["rival", 15],
  ["zombie", 15],
];

/** Of those that are killed, how many die before they own the log. */
const EARLY = 0.12;
/** Real milliseconds that a process works before anything befalls it. */
const SHORTEST = 200;
const LONGEST = 3_500;
/** Of those lives, how many begin when the process is connected: else on a busy machine no watermark would ever move. */
const CONNECTED = 0.6;
/** Chance that its streams are cut meanwhile. */
const CUT = 0.3;
/** Real milliseconds that it has for that, at most. */
const CONNECTING = 10_000;
/** Real milliseconds within which a process has to own the log, and a zombie has to leave. */
const PATIENCE = 60_000;

export interface StormOptions {
  readonly lots: Random;
  readonly start: () => Promise<Instance>;
  /** Breaks the streams of messages. @returns how many */
  readonly cut: () => number;
  /** Is told of each blow. */
  readonly told: (blow: Blow) => void;
}

export class Storm {
  readonly blows: { [blow in Blow]: number } = { SIGKILL: 0, SIGTERM: 0, rival: 0, zombie: 0 };
  cuts = 0;
  /** Real milliseconds from the start of a process until it owned the log: after an orderly end, and after a kill. */
  readonly afterLeaving: number[] = [];
  readonly afterKill: number[] = [];
  /** Milliseconds of the run's clock that processes needed to read the log. */
  readonly restores: number[] = [];
  /** What should not be: sentences. */
  readonly problems: string[] = [];
  private readonly living = new Set<Instance>();
  private released = true;

  constructor(private readonly options: StormOptions) {}

  /** Until so many processes have been struck. */
  async run(kills: number): Promise<void> {
    let owner = await this.begin();
    for (let struck = 0; struck < kills; struck += 1) {
      const blow = this.draw();
      if (blow === "SIGKILL" && this.options.lots() < EARLY) {
        await pause(this.options.lots() * 500);
        await this.end(owner, () => owner.kill());
        this.released = false;
        owner = await this.begin();
      } else {
        await this.own(owner);
        if (this.options.lots() < CONNECTED) await owner.ready(CONNECTING);
        await this.work();
        owner = await this.strike(blow, owner);
      }
      this.blows[blow] += 1;
      this.options.told(blow);
    }
    await this.own(owner);
    await this.end(owner, () => owner.kill());
    this.released = false;
  }

  /** A process that is there at the end, for whoever drains it. */
  async last(): Promise<Instance> {
    const last = await this.begin();
    await this.own(last);
    return last;
  }

  /** Ends whatever is left. */
  async stop(): Promise<void> {
    await Promise.all(
      [...this.living].map((one) => {
        one.goOn();
        return one.kill();
      }),
    );
  }

  /** @returns the process that goes on */
  private async strike(blow: Blow, owner: Instance): Promise<Instance> {
    switch (blow) {
      case "SIGKILL":
        await this.end(owner, () => owner.kill());
        this.released = false;
        return this.begin();
      case "SIGTERM": {
        const code = await this.end(owner, () => owner.terminate());
        this.released = code === 0;
        if (code !== 0 && !owner.wasDeposed) this.wonder(`told to leave, it left with ${code}`, owner);
        return this.begin();
      }
      case "rival": {
        // It waits, and is there at once when the owner dies.
        const rival = await this.begin([]);
        await pause(this.options.lots() * 1_500);
        await this.end(owner, () => owner.kill());
        this.released = false;
        return rival;
      }
      case "zombie": {
        owner.hold();
        this.released = false;
        const other = await this.begin();
        await this.own(other);
        await pause(this.options.lots() * 1_000);
        owner.goOn();
        // It finds the seal where it would write, and leaves by itself.
        const left = await Promise.race([owner.left, pause(PATIENCE, "still there", { ref: false })]);
        if (left === "still there") {
          this.wonder("another owns its log, and it did not leave", owner);
          await owner.kill();
        }
        this.living.delete(owner);
        return other;
      }
    }
  }

  /** @param times where it is noted how long it takes */
  private async begin(times = this.released ? this.afterLeaving : this.afterKill) {
    const instance = await this.options.start();
    this.living.add(instance);
    void this.note(instance, times);
    return instance;
  }

  private async note(instance: Instance, times: number[]): Promise<void> {
    if (!(await instance.owns)) return;
    times.push(instance.ownsAfter ?? 0);
    // It may be gone before it answers.
    const state = await instance.state().catch(() => undefined);
    const milliseconds = state?.checkpoints?.restoreMilliseconds;
    if (milliseconds !== undefined) this.restores.push(milliseconds);
  }

  private async own(instance: Instance): Promise<void> {
    if (instance.ownsAfter !== undefined && !instance.hasLeft) return;
    const owns = await Promise.race([instance.owns, pause(PATIENCE, "still waits", { ref: false })]);
    if (owns === true) return;
    this.wonder(owns === false ? "it left before it owned the log" : "it does not come to own the log", instance);
  }

  private async work(): Promise<void> {
    const { lots, cut } = this.options;
    const life = SHORTEST + lots() * (LONGEST - SHORTEST);
    const before = lots() * life;
    await pause(before);
    if (lots() < CUT) this.cuts += cut();
    await pause(life - before);
  }

  private async end<T>(instance: Instance, how: () => Promise<T>): Promise<T> {
    // Deposed by a rival because its machine was too slow for its heartbeats: that is an end as well.
    if (instance.hasLeft && !instance.wasDeposed) this.wonder("it left by itself", instance);
    const outcome = await how();
    this.living.delete(instance);
    return outcome;
  }

  private draw(): Blow {
    let dice = this.options.lots() * 100;
    return blows.find(([, share]) => (dice -= share) < 0)?.[0] ?? "SIGKILL";
  }

  private wonder(problem: string, { lines, pid }: Instance): void {
    this.problems.push(`process ${pid}: ${problem}. Its last words: ${lines.slice(-3).join(" ")}`);
  }
}
