import type { Store } from "../../../../pipeline-images/stream-processor/checkpoint/recorded-store";

/** All that is recorded of a step: group, key and value, in their order. */
export function stored(store: Store): [group: string, key: string, value: Buffer][] {
  const all: [string, string, Buffer][] = [];
  store.each((group, key, { bytes, at, end }) => all.push([group, key, Buffer.from(bytes.subarray(at, end))]));
  return all;
}
