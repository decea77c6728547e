import type { Clock } from "../../../runtime/clock";
import { persistently, type Trouble } from "../../../runtime/retry";
import type { LogStore } from "./store";

/**
 * A store that asks again until it is answered. A creation that is asked for again answers "exists" where the first
 * request had arrived after all: who wants to know whose object it is reads it.
 */
export function patient(store: LogStore, clock: Clock, trouble: Trouble): LogStore {
  const ask = <T>(call: () => Promise<T>): Promise<T> => persistently(clock, trouble, call);
  return {
    place: store.place,
    create: (name, content) => ask(() => store.create(name, content)),
    read: (name) => ask(() => store.read(name)),
    list: (prefix, from) => ask(() => store.list(prefix, from)),
    delete: (name) => ask(() => store.delete(name)),
  };
}
