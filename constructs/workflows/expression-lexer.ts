/** A piece of an expression's text. */
export interface Piece {
  readonly kind: "number" | "text" | "name" | "sign" | "end";
  readonly text: string;
  /** Where it begins, counted from 0. */
  readonly at: number;
}

/** Why a text is no expression, said after it. */
export class ExpressionFault extends Error {}

/** The longest first: "//" is no two divisions. */
const forms: readonly (readonly [kind: Piece["kind"], form: RegExp])[] = [
  ["number", /\d+(\.\d+)?([eE][+-]?\d+)?/y],
  ["text", /"(?:[^"\\]|\\.)*"/sy],
  ["name", /[A-Za-z_]\w*/y],
  ["sign", /\/\/|==|!=|<=|>=|[-+*/%<>()[\]{}.,:]/y],
];
const space = /\s+/y;

/** @throws ExpressionFault at a character that begins nothing */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < text.length) {
    const gap = matchAt(space, text, at);
    if (gap !== undefined) {
      at += gap.length;
      continue;
    }
    const piece = pieceAt(text, at);
    pieces.push(piece);
    at += piece.text.length;
  }
  return [...pieces, { kind: "end", text: "", at }];
}

function pieceAt(text: string, at: number): Piece {
  for (const [kind, form] of forms) {
    const found = matchAt(form, text, at);
    if (found !== undefined) return { kind, text: found, at };
  }
  throw new ExpressionFault(says(text[at] ?? "", at));
}

function matchAt(form: RegExp, text: string, at: number): string | undefined {
  form.lastIndex = at;
  return form.exec(text)?.[0];
}

function says(character: string, at: number): string {
  if (character === "'") return `has ' at ${at + 1}: texts stand between double quotes`;
  if (character === '"') return `has a text that does not end, from ${at + 1}`;
  if (character === "&" || character === "|" || character === "!") {
    return `has ${character} at ${at + 1}: write and, or, not`;
  }
  if (character === "=") return `has = at ${at + 1}: == compares, and nothing is assigned in an expression`;
  if (character === "?") return `has ? at ${at + 1}: write if(condition, one, other)`;
  return `has ${character} at ${at + 1}, which begins nothing`;
}
