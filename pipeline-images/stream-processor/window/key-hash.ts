/** So that who chooses keys does not choose which of them share a chain. */
const SEED = Math.floor(Math.random() * 2 ** 31);

/** Of a key, not negative. */
export function hashOf(key: string): number {
  let hash = SEED ^ key.length;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x5bd1e995);
  return (hash ^ (hash >>> 15)) & 0x3fff_ffff;
}
