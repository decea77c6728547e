import { Timers } from "./timers";

/** Milliseconds whose alarms lie together: a watermark moves on by some of them at once. */
const SPAN = 64;

/** What is to be looked at when the watermark has come somewhere. */
export interface Sleeper {
  /** The watermark at which it is to be looked at; Infinity where it waits for nothing. */
  alarm: number;
  /** In how many lists of alarms it lies: most often one. */
  alarms: number;
}

/**
 * Who is to be looked at at which watermark, for sleepers that come by the hundred thousand: those of a few
 * milliseconds lie in one list, and are put in order when the watermark gets there.
 */
export class Alarms<T extends Sleeper> {
  private readonly spans = new Timers<T>();

  /** To be called whenever `sleeper.alarm` was set, anew or to something earlier. */
  set(sleeper: T): void {
    sleeper.alarms += 1;
    this.spans.set(spanOf(sleeper.alarm), sleeper);
  }

  /** Rings for all whose alarm is not after the watermark, the earliest first; who is rung for may set another one. */
  advance(watermark: number, ring: (sleeper: T, time: number) => void): void {
    while (this.spans.isDue(spanOf(watermark))) {
      const span = this.spans.earliest;
      const due: T[] = [];
      let left = 0;
      for (const one of this.spans.next()) {
        // An earlier alarm has rung since, and it has another or none.
        if (spanOf(one.alarm) !== span) one.alarms -= 1;
        else if (one.alarm <= watermark) due.push(one);
        else {
          this.spans.set(span, one);
          left += 1;
        }
      }
      if (due.length === 0 && left > 0) return;
      due.sort((a, b) => a.alarm - b.alarm);
      for (const one of due) {
        const time = one.alarm;
        one.alarms -= 1;
        // It lay here twice, and was rung for: it has no alarm, or a later one.
        if (spanOf(time) !== span || time > watermark) continue;
        one.alarm = Infinity;
        ring(one, time);
      }
    }
  }
}

const spanOf = (time: number): number => Math.floor(time / SPAN);
