/** What the parts of an owner tell when they are looked at together, and what is asked of all of them. */
import type { Published } from "../source/watermark";
import type { Parts } from "./parts";

/** Bytes of messages and rows that are on their way: they go when nothing more is taken. */
export function bytesUnderway({ intake, work }: Parts): number {
  let { bytes } = intake;
  for (const { acknowledgements } of work.sources) bytes += acknowledgements.heldBytes;
  for (const { unwrittenBytes, bufferedBytes } of work.outputs.values()) bytes += unwrittenBytes + bufferedBytes;
  return bytes;
}

/** Bytes of rows that are not recorded. */
export function bufferedBytes({ work }: Parts): number {
  let bytes = 0;
  for (const output of work.outputs.values()) bytes += output.bufferedBytes;
  return bytes;
}

/** Milliseconds since the last message came, or one could have come; less than none where a source is not connected. */
export function quietFor({ sources, intake }: Parts, now: number): number {
  if (!intake.isEmpty) return -Infinity;
  // One that is not connected may have anything.
  const since = sources.map(({ connection: { connectedSince = Infinity } }) => connectedSince);
  return now - Math.max(intake.lastResponse, ...since);
}

/** How far each input has come that does not stand. */
export function publishedOf({ sources, intake }: Parts, now: number): ReadonlyMap<string, Published> {
  const published = new Map<string, Published>();
  for (const { work, connection } of sources) {
    if (connection.stands(now)) continue;
    published.set(work.input, work.progress.published(now, connection.running(now), intake.isEmpty));
  }
  return published;
}

export function disconnect({ sources }: Parts): void {
  for (const { connection } of sources) connection.close();
}

/** What was not worked on, and what is not recorded, may come to another at once. */
export async function giveBack({ sources }: Parts): Promise<void> {
  const given = sources.flatMap(({ leases, subscriber }) =>
    leases.giveBack().map((request) => subscriber.modifyDeadline(request).catch(() => {})),
  );
  await Promise.all(given);
}
