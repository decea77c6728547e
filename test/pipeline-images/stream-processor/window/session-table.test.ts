import { array, assert, boolean, constantFrom, integer, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { ChangedSessions } from "../../../../pipeline-images/stream-processor/window/changed-sessions";
import { hashOf } from "../../../../pipeline-images/stream-processor/window/key-hash";
import { newSession, type Session } from "../../../../pipeline-images/stream-processor/window/session";
import { SessionTable } from "../../../../pipeline-images/stream-processor/window/session-table";

const sessionOf = (id: number, key: string, hash = hashOf(key)): Session =>
  Object.assign(newSession([], []), { id, key, hash });

function idsOf(table: SessionTable, key: string, hash = hashOf(key)): number[] {
  const ids: number[] = [];
  for (let one = table.chain(hash); one !== undefined; one = one.next) if (one.key === key) ids.push(one.id);
  return ids.toSorted((a, b) => a - b);
}

describe("the table of sessions", () => {
  test("finds all sessions of a key and no others, also where keys share a hash", () => {
    const step = record({ key: constantFrom("a", "b", "c", "d"), adds: boolean(), which: integer({ min: 0, max: 9 }) });
    // Two of the keys have one hash, and two have hashes that share a chain.
    const hashes: { readonly [key: string]: number } = { a: 5, b: 5, c: 5 + 1_024, d: 6 };
    assert(
      property(array(step, { maxLength: 60 }), (steps) => {
        const table = new SessionTable();
        const open: Session[] = [];
        for (const [id, { key, adds, which }] of steps.entries()) {
          if (adds) {
            const session = sessionOf(id, key, hashes[key]);
            table.add(session);
            open.push(session);
          } else if (open.length > 0) {
            const [session] = open.splice(which % open.length, 1);
            table.remove(session as Session);
          }
          expect(table.size).toBe(open.length);
          for (const one of Object.keys(hashes)) {
            expect(idsOf(table, one, hashes[one])).toEqual(
              open.flatMap((session) => (session.key === one ? [session.id] : [])),
            );
          }
        }
      }),
    );
  });

  test("grows with a hundred thousand sessions and shrinks when they are gone, and loses none", () => {
    const table = new SessionTable();
    const all = Array.from({ length: 100_000 }, (_, i) => sessionOf(i, `user ${i % 60_000}`));
    for (const session of all) table.add(session);
    expect(table.size).toBe(100_000);
    expect(idsOf(table, "user 7")).toEqual([7, 60_007]);
    for (const session of all) if (session.id % 1_000 !== 7) table.remove(session);
    expect(table.size).toBe(100);
    const wrong = all.filter(({ id, key }) => idsOf(table, key).includes(id) !== (id % 1_000 === 7));
    expect(wrong).toEqual([]);
  });

  test("its chains are short, whatever the ids look like", () => {
    const ids = [
      (i: number) => `u${String(i).padStart(6, "0")}`,
      (i: number) => String(i),
      (i: number) => `${"0".repeat(24)}${i.toString(16).padStart(8, "0")}`,
      (i: number) => `6:de-${i % 16}12:${i}`,
      (i: number) => String(i * 65_536),
    ];
    for (const idOf of ids) {
      const table = new SessionTable();
      const keys = Array.from({ length: 16_384 }, (_, i) => idOf(i));
      for (const [i, key] of keys.entries()) table.add(sessionOf(i, key));
      let seen = 0;
      for (const key of keys) for (let one = table.chain(hashOf(key)); one !== undefined; one = one.next) seen += 1;
      // By chance it is two of those that are passed for each that is asked for.
      expect(seen / keys.length).toBeLessThan(3);
    }
  });

  test("of a session that it does not hold it says so", () => {
    const table = new SessionTable();
    expect(() => table.remove(sessionOf(1, "a"))).toThrow('the session of "a" is in no chain');
  });
});

test("what has changed is told once each, and what was dropped is not told", () => {
  const step = record({ adds: boolean(), which: integer({ min: 0, max: 5 }) });
  assert(
    property(array(step), (steps) => {
      const sessions = Array.from({ length: 6 }, (_, i) => sessionOf(i, String(i)));
      const changed = new ChangedSessions();
      const expected = new Set<number>();
      for (const { adds, which } of steps) {
        if (adds) changed.add(sessions[which] as Session);
        else changed.drop(sessions[which] as Session);
        if (adds) expected.add(which);
        else expected.delete(which);
        expect(changed.any).toBe(expected.size > 0);
      }
      const told = changed.take().map(({ id }) => id);
      expect(told.toSorted((a, b) => a - b)).toEqual([...expected].toSorted((a, b) => a - b));
      expect(changed.any).toBe(false);
      expect(sessions.map(({ changed: place }) => place)).toEqual([-1, -1, -1, -1, -1, -1]);
    }),
  );
});
