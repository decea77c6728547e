import type { Accumulation } from "./groups";
import { newSession, type Session } from "./session";
import type { MadeTrigger } from "./triggers/of-spec";

/** Sessions that are kept beyond as many as are open. */
const SPARE = 1_024;

/**
 * Sessions that are over, to be used again: one that is made anew is some 400 bytes that the garbage collector copies
 * twice before it is known that they live long, and that is most of what it does.
 */
export class SessionPool<Row> {
  private readonly free: Session[] = [];

  constructor(
    private readonly accumulation: Accumulation<Row>,
    private readonly trigger: MadeTrigger,
  ) {}

  /** A session in which nothing is; its id, key and window are to be set. */
  take(): Session {
    return this.free.pop() ?? newSession(this.accumulation.empty(), this.trigger.initial);
  }

  /**
   * Takes a session that is gone; again, when its end is recorded. One that may still lie in another list is left to
   * the garbage collector.
   * @param open sessions that there are
   */
  give(session: Session, open: number): void {
    this.accumulation.clear(session.accumulators);
    if (session.changed >= 0 || session.alarms > 0 || session.asked || session.woken) return;
    session.key = "";
    session.waiting = 0;
    session.fired = false;
    session.panes = 0;
    session.timing = undefined;
    session.ended = false;
    session.recorded = false;
    session.gone = false;
    const { initial } = this.trigger;
    if (session.trigger !== initial) for (let i = 0; i < initial.length; i++) session.trigger[i] = initial[i] as number;
    this.free.push(session);
    while (this.free.length > open + SPARE) this.free.pop();
  }
}
