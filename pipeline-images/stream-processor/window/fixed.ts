import { sliding } from "./sliding";
import type { Windowing } from "./windowing";

/** One window after the other. */
export const fixed = (size: number, offset = 0): Windowing => sliding(size, size, offset);
