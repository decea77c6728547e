import type { Cursor } from "../cursor";
import * as types from "../types";
import type { SqlType } from "../types";

const names: { readonly [name: string]: SqlType } = {
  STRING: types.STRING,
  BYTES: types.BYTES,
  INT64: types.INTEGER,
  INT: types.INTEGER,
  INTEGER: types.INTEGER,
  BIGINT: types.INTEGER,
  SMALLINT: types.INTEGER,
  TINYINT: types.INTEGER,
  BYTEINT: types.INTEGER,
  FLOAT64: types.FLOAT,
  NUMERIC: types.NUMERIC,
  DECIMAL: types.NUMERIC,
  BOOL: types.BOOLEAN,
  BOOLEAN: types.BOOLEAN,
  TIMESTAMP: types.TIMESTAMP,
  DATE: types.DATE,
  TIME: types.TIME,
  DATETIME: types.DATETIME,
  JSON: types.JSON_TYPE,
  INTERVAL: types.INTERVAL,
};

/** INT64, STRING(10), ARRAY<STRUCT<a INT64, STRING>> */
export function parseType(cursor: Cursor): SqlType {
  if (cursor.take("ARRAY")) {
    const element = inBrackets(cursor, () => parseType(cursor));
    if (element.kind === "ARRAY") throw cursor.fail("Arrays of arrays are not supported");
    return types.arrayOf(element);
  }
  if (cursor.take("STRUCT")) {
    let place = 0;
    return types.record(
      inBrackets(cursor, () =>
        cursor.list(() => {
          place += 1;
          const named = isFieldName(cursor);
          return { name: named ? cursor.anyWord().name : `_field_${place}`, type: parseType(cursor) };
        }),
      ),
    );
  }
  const { at } = cursor;
  const word = cursor.current.kind === "word" ? cursor.advance().text.toUpperCase() : "";
  const found = names[word];
  if (found === undefined) {
    if (word === "") throw cursor.unexpected();
    if (["BIGNUMERIC", "BIGDECIMAL", "GEOGRAPHY", "RANGE"].includes(word)) {
      throw cursor.notTranslated(`Type ${word}`, at);
    }
    throw cursor.fail(`Type not found: ${word}`, at);
  }
  // STRING(10), NUMERIC(10, 2): limits, which a cast does not apply.
  if (cursor.is("(")) cursor.enclosed(() => cursor.list(() => cursor.advance()));
  return found;
}

/** A field's name comes before its type; a type alone is followed by a comma or the end. */
function isFieldName(cursor: Cursor): boolean {
  const next = cursor.peek(1);
  return !(next.kind === "symbol" && [",", ">", ">>", "<", "("].includes(next.text));
}

/** Two closing brackets of nested types are one token: ARRAY<STRUCT<a INT64>> */
function inBrackets<T>(cursor: Cursor, inner: () => T): T {
  cursor.expect("<");
  const value = inner();
  if (cursor.is(">>")) cursor.jump(cursor.at + 1);
  else cursor.expect(">");
  return value;
}
