import type { Session } from "./session";

/** Sessions that differ from what is recorded. Each knows its place, so that it leaves at once when it is gone. */
export class ChangedSessions {
  private list: Session[] = [];

  get any(): boolean {
    return this.list.length > 0;
  }

  add(session: Session): void {
    if (session.changed < 0) session.changed = this.list.push(session) - 1;
  }

  /** A session that came and went since the last record: nothing is to be written of it. */
  drop(session: Session): void {
    if (session.changed < 0) return;
    const last = this.list.pop() as Session;
    if (last !== session) {
      this.list[session.changed] = last;
      last.changed = session.changed;
    }
    session.changed = -1;
  }

  /** All of them; then there are none. */
  take(): readonly Session[] {
    const { list } = this;
    this.list = [];
    for (const session of list) session.changed = -1;
    return list;
  }
}
