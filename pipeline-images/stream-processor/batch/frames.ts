/** Pieces in an object, each behind its length: four bytes, the lowest first. */
const LENGTH = 4;

export function framed(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(pieces.reduce((sum, { length }) => sum + LENGTH + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.writeUInt32LE(piece.length, at);
    bytes.set(piece, at + LENGTH);
    at += LENGTH + piece.length;
  }
  return bytes;
}

export function frames(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + LENGTH + view.getUint32(at, true);
    pieces.push(bytes.subarray(at + LENGTH, end));
    at = end;
  }
  return pieces;
}
