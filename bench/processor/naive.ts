/** The loops that one would write by hand: JSON.parse, a Map, JSON.stringify. They know no watermark: nothing is late. */
import type { Query } from "./queries";
import type { FileMessages } from "./workload";

interface Click {
  readonly event_id: string;
  readonly user_pseudo_id: string;
  readonly event_name: string;
  /** Microseconds. */
  readonly event_timestamp: number;
  readonly value: number;
  readonly page: string;
  readonly country: string;
  readonly session_id: string;
}

const MINUTE = 60_000;
const GAP = 30_000;

/** Takes the rows that come out; what is not given away is serialized. */
type TakeResult = (row: object) => void;

type Loop = (messages: FileMessages, take: TakeResult) => void;

const parse = (messages: FileMessages, i: number): Click => JSON.parse(messages.string(i)) as Click;
const minuteOf = (click: Click): number => Math.floor(click.event_timestamp / 1_000 / MINUTE) * MINUTE;

export const naive: { readonly [Name in Query]: Loop } = {
  map(messages, take) {
    for (let i = 0; i < messages.count; i += 1) {
      const click = parse(messages, i);
      if (click.event_name !== "purchase") continue;
      const { event_id, user_pseudo_id, value, country } = click;
      take({ event_id, user_pseudo_id, value, country });
    }
  },
  fixed(messages, take) {
    const groups = new Map<string, { user_pseudo_id: string; window_start: number; clicks: number; value: number }>();
    for (let i = 0; i < messages.count; i += 1) {
      const click = parse(messages, i);
      const { user_pseudo_id } = click;
      const window_start = minuteOf(click);
      const key = `${user_pseudo_id}|${window_start}`;
      let group = groups.get(key);
      if (group === undefined) groups.set(key, (group = { user_pseudo_id, window_start, clicks: 0, value: 0 }));
      group.clicks += 1;
      group.value += click.value;
    }
    for (const group of groups.values()) take(group);
  },
  /** Counts minutes, and adds five of them up in the end. */
  sliding(messages, take) {
    const minutes = new Map<string, { country: string; minute: number; clicks: number }>();
    for (let i = 0; i < messages.count; i += 1) {
      const click = parse(messages, i);
      const { country } = click;
      const minute = minuteOf(click);
      const key = `${country}|${minute}`;
      let counted = minutes.get(key);
      if (counted === undefined) minutes.set(key, (counted = { country, minute, clicks: 0 }));
      counted.clicks += 1;
    }
    const groups = new Map<string, { country: string; window_start: number; clicks: number }>();
    for (const { country, minute, clicks } of minutes.values()) {
      for (let back = 0; back < 5; back += 1) {
        const window_start = minute - back * MINUTE;
        const key = `${country}|${window_start}`;
        let group = groups.get(key);
        if (group === undefined) groups.set(key, (group = { country, window_start, clicks: 0 }));
        group.clicks += clicks;
      }
    }
    for (const group of groups.values()) take(group);
  },
  session: sessionsBy(unite),
  distinct(messages, take) {
    const groups = new Map<string, { event_name: string; window_start: number; users: Set<string> }>();
    for (let i = 0; i < messages.count; i += 1) {
      const click = parse(messages, i);
      const { event_name } = click;
      const window_start = minuteOf(click);
      const key = `${event_name}|${window_start}`;
      let group = groups.get(key);
      if (group === undefined) groups.set(key, (group = { event_name, window_start, users: new Set() }));
      group.users.add(click.user_pseudo_id);
    }
    for (const { event_name, window_start, users } of groups.values()) {
      take({ event_name, window_start, users: users.size });
    }
  },
  whole(messages, take) {
    for (let i = 0; i < messages.count; i += 1) {
      const click = parse(messages, i);
      const parts = click.page.split("/");
      const row = { ...click, country: click.country.toLowerCase() };
      take({ ...row, section: parts[1] ?? "", fields: Object.keys(click).length });
    }
  },
};

/** Those that take more thought than the first that one would write, where that makes a difference. */
export const careful: { readonly [Name in Query]?: Loop } = { session: sessionsBy(extend) };

interface Session {
  first: number;
  last: number;
  clicks: number;
  value: number;
}

function sessionsBy(add: (sessions: Session[], at: number, value: number) => void): Loop {
  return (messages, take) => {
    const users = new Map<string, Session[]>();
    for (let i = 0; i < messages.count; i += 1) {
      const click = parse(messages, i);
      let sessions = users.get(click.user_pseudo_id);
      if (sessions === undefined) users.set(click.user_pseudo_id, (sessions = []));
      add(sessions, click.event_timestamp / 1_000, click.value);
    }
    for (const [user_pseudo_id, sessions] of users) {
      for (const { first, clicks, value } of sessions) take({ user_pseudo_id, window_start: first, clicks, value });
    }
  };
}

/** As sessions are defined: an event is one by itself, and those that are less than the gap apart are one. */
function unite(sessions: Session[], at: number, value: number): void {
  let own: Session = { first: at, last: at, clicks: 1, value };
  for (let i = sessions.length - 1; i >= 0; i -= 1) {
    const { first, last, clicks, value: sum } = sessions[i] as Session;
    if (first >= own.last + GAP || own.first >= last + GAP) continue;
    own = {
      first: Math.min(first, own.first),
      last: Math.max(last, own.last),
      clicks: clicks + own.clicks,
      value: sum + own.value,
    };
    sessions.splice(i, 1);
  }
  sessions.push(own);
}

/** Sessions lie in order and grow in place. Mostly it is the newest; an event out of order may join two. */
function extend(sessions: Session[], at: number, value: number): void {
  let own: Session | undefined;
  for (let i = sessions.length - 1; i >= 0; i -= 1) {
    const session = sessions[i] as Session;
    if (at >= session.last + GAP) break;
    if (at <= session.first - GAP) continue;
    if (own === undefined) {
      own = session;
      own.first = Math.min(own.first, at);
      own.last = Math.max(own.last, at);
      own.clicks += 1;
      own.value += value;
    } else {
      session.last = own.last;
      session.clicks += own.clicks;
      session.value += own.value;
      sessions.splice(i + 1, 1);
      own = session;
    }
  }
  if (own !== undefined) return;
  const place = sessions.findIndex(({ first }) => first > at);
  sessions.splice(place < 0 ? sessions.length : place, 0, { first: at, last: at, clicks: 1, value });
}
