import { asciiText } from "../ascii";

const SLOTS = 1_024;
const WINDOW = 1_024;
/** Texts that are made without a look after a window in which looking did not pay. */
const PAUSE = 64 * WINDOW;

/**
 * Gives the text of bytes that came before as the very string that was made then: no garbage, and a Map that is
 * asked with it has its hash already. One for each field; where most texts are new, it stops looking for a while.
 */
export class Interner {
  private slots: string[] = [];
  private left = WINDOW;
  private misses = 0;
  private looking = true;

  /** The text of ASCII bytes. */
  of(bytes: Buffer, start: number, end: number): string {
    if (--this.left === 0) this.decide();
    if (!this.looking) return asciiText(bytes, start, end);
    // Made with the first text: many decoders that are compiled never decode.
    if (this.slots.length === 0) this.slots = Array.from({ length: SLOTS }, () => "");
    const length = end - start;
    // The last characters of an id tell it from others sooner than its first.
    const tail = (bytes[end - 1] as number) | ((bytes[end - 2] as number) << 8) | ((bytes[end - 3] as number) << 16);
    const hash = Math.imul(tail ^ ((bytes[end - 4] as number) << 24) ^ Math.imul(length, 0x3d4d51cb), 0x9e3779b1);
    const slot = hash >>> 22;
    const known = this.slots[slot] as string;
    if (known.length === length && same(known, bytes, start)) return known;
    this.misses++;
    const text = asciiText(bytes, start, end);
    this.slots[slot] = text;
    return text;
  }

  private decide(): void {
    this.looking = !this.looking || this.misses < WINDOW / 8;
    this.left = this.looking ? WINDOW : PAUSE;
    this.misses = 0;
  }
}

function same(text: string, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
