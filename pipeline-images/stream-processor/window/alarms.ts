import { Timers } from "./timers";

/** Milliseconds whose alarms lie together: a watermark moves on by some of them at once. */
const SPAN = 64;

/** Spans from the watermark on that have a place in the ring, a power of two: four minutes. */
const NEAR = 4_096;

/** What is to be looked at when the watermark has come somewhere. */
export interface Sleeper {
  /** The watermark at which it is to be looked at; Infinity where it waits for nothing. */
  alarm: number;
  /** In how many lists of alarms it lies: most often one. */
  alarms: number;
}

/**
 * Who is to be looked at at which watermark, for sleepers that come by the hundred thousand: those of a few
 * milliseconds lie in one list, and are put in order when the watermark gets there. The lists of the next minutes lie
 * in a ring, where the place of each is known; those of later, and of what the watermark has passed, in a heap.
 */
export class Alarms<T extends Sleeper> {
  private readonly ring = Array.from({ length: NEAR }, (): T[] | undefined => undefined);
  /** How many sleepers lie in the ring. */
  private inRing = 0;
  /** The span that the ring begins with, and its place in it. */
  private first = -Infinity;
  private place = 0;
  private readonly others = new Timers<T>();

  /** To be called whenever `sleeper.alarm` was set, anew or to something earlier. */
  set(sleeper: T): void {
    sleeper.alarms += 1;
    this.lay(spanOf(sleeper.alarm), sleeper);
  }

  /** Rings for all whose alarm is not after the watermark, the earliest first; who is rung for may set another one. */
  advance(watermark: number, ring: (sleeper: T, time: number) => void): void {
    const last = spanOf(watermark);
    for (let span = this.earliest(); span <= last && span < Infinity; span = this.earliest()) {
      this.begin(span);
      const due: T[] = [];
      const left: T[] = [];
      for (const one of this.take(span)) {
        // An earlier alarm has rung since, and it has another or none.
        if (spanOf(one.alarm) !== span) one.alarms -= 1;
        else if (one.alarm <= watermark) due.push(one);
        else left.push(one);
      }
      for (const one of left) this.lay(span, one);
      if (due.length === 0 && left.length > 0) return;
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
    if (last < Infinity) this.begin(last);
  }

  private lay(span: number, sleeper: T): void {
    const ahead = span - this.first;
    if (!(ahead >= 0 && ahead < NEAR)) return this.others.set(span, sleeper);
    const place = this.placeOf(ahead);
    const list = this.ring[place];
    if (list === undefined) this.ring[place] = [sleeper];
    else list.push(sleeper);
    this.inRing += 1;
  }

  /** The place of a span that is so many after the first. */
  private placeOf(ahead: number): number {
    return (this.place + ahead) & (NEAR - 1);
  }

  /** The first span in which anybody lies, or Infinity. */
  private earliest(): number {
    if (this.inRing === 0) return this.others.earliest;
    let ahead = 0;
    while (this.ring[this.placeOf(ahead)] === undefined) ahead += 1;
    return Math.min(this.first + ahead, this.others.earliest);
  }

  /** Takes out all of a span, which the ring begins with or has passed. */
  private take(span: number): readonly T[] {
    const others = this.others.earliest === span ? this.others.next() : [];
    if (span !== this.first) return others;
    const list = this.ring[this.place];
    if (list === undefined) return others;
    this.ring[this.place] = undefined;
    this.inRing -= list.length;
    return others.length === 0 ? list : [...list, ...others];
  }

  /** Nobody lies before this span any more. */
  private begin(span: number): void {
    if (span <= this.first) return;
    // Where somebody lies in the ring, the span is in it too.
    if (this.inRing > 0) this.place = this.placeOf(span - this.first);
    this.first = span;
  }
}

const spanOf = (time: number): number => Math.floor(time / SPAN);
