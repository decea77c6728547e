/** Which partition a key is in: four bits of a number made of it choose, the next four where one was divided. */
import type { Partition } from "./partition";

const BITS = 4;
export const WAYS = 1 << BITS;
/** So often it may be divided: there are no other bits. */
export const DEEPEST = 32 / BITS - 1;

/** @param among all that something was divided into */
export function partitionOf(among: readonly Partition[], key: string): Partition {
  let hash = hashOf(key) >>> (BITS * (among[0] as Partition).depth);
  let partition = among[hash & (WAYS - 1)] as Partition;
  while (partition.children !== undefined) {
    hash >>>= BITS;
    partition = partition.children[hash & (WAYS - 1)] as Partition;
  }
  return partition;
}

/** FNV-1a, and its bits mixed once more: few keys differ in what chooses first. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
