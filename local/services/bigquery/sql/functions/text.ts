import { quotedText } from "../../schema/duckdb-type";
import { floatText } from "../cast";
import { typed, type Typed } from "../typed";
import { arrayOf, BOOLEAN, BYTES, INTEGER, NUMERIC, STRING, type SqlType } from "../types";
import { anything, form, noSignature, one, optional, type CallSite, type Special, type SqlFunction } from "./function";

/** A pattern's group 1 where it has one, else all of it: what REGEXP_EXTRACT gives. */
function group(pattern: Typed, site: CallSite): number {
  if (pattern.text === undefined) {
    throw site.notTranslated(
      `${site.call.name} with a pattern that is not a literal`,
      "Write the pattern as a literal r'...'",
    );
  }
  const groups = pattern.text.replaceAll(/\\.|\[(?:\\.|[^\]\\])*\]/g, "").match(/\((?!\?(?!P<))/g) ?? [];
  if (groups.length > 1) throw site.fail(`Regular expression has more than one capturing group: ${pattern.text}`);
  return groups.length;
}

const regexpExtract: Special = (site) => {
  const [text, pattern, position, occurrence] = site.call.arguments.map((argument) => site.expression(argument));
  if (text?.type.kind !== "STRING" || pattern?.type.kind !== "STRING") {
    throw noSignature(
      site,
      site.call.arguments.map((argument) => site.expression(argument)),
    );
  }
  const n = group(pattern, site);
  const from = position === undefined ? text.sql : `substring(${text.sql}, ${position.sql})`;
  const found = `list_extract(regexp_extract_all(${from}, ${pattern.sql}, ${n}), ${occurrence?.sql ?? "1"})`;
  return typed(found, STRING);
};

const regexpExtractAll: Special = (site) => {
  const values = site.call.arguments.map((argument) => site.expression(argument));
  const [text, pattern] = values;
  if (text?.type.kind !== "STRING" || pattern?.type.kind !== "STRING") throw noSignature(site, values);
  return typed(`regexp_extract_all(${text.sql}, ${pattern.sql}, ${group(pattern, site)})`, arrayOf(STRING));
};

/** printf's conversions, put together from pieces. @see https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions#format_string */
const format: Special = (site) => {
  const [pattern, ...values] = site.call.arguments.map((argument) => site.expression(argument));
  if (pattern?.text === undefined) throw site.notTranslated("FORMAT with a format that is not a literal");
  const pieces: string[] = [];
  let next = 0;
  for (const [piece] of pattern.text.matchAll(/%[-+ 0#']*\d*(?:\.\d+)?[a-zA-Z%]|[^%]+|%/g)) {
    if (!piece.startsWith("%")) pieces.push(quotedText(piece));
    else if (piece === "%%") pieces.push(quotedText("%"));
    else {
      const value = values[next++];
      if (value === undefined) {
        throw site.fail(`Too few arguments to FORMAT for pattern ${JSON.stringify(pattern.text)}`);
      }
      pieces.push(formatted(piece, value, site));
    }
  }
  if (next < values.length) throw site.fail(`Too many arguments to FORMAT for pattern ${JSON.stringify(pattern.text)}`);
  return typed(pieces.length === 0 ? "''" : `concat(${pieces.join(", ")})`, STRING);
};

function formatted(piece: string, value: Typed, site: CallSite): string {
  const conversion = piece.at(-1) as string;
  const { kind } = value.type;
  if (conversion === "t" || conversion === "s") {
    const text = kind === "FLOAT" ? `(${floatText(value.sql)})` : `CAST(${value.sql} AS VARCHAR)`;
    return piece.length === 2 ? text : `printf(${quotedText(piece.replace(/t$/, "s"))}, ${text})`;
  }
  if (piece.includes("'")) {
    if (conversion !== "d" || piece !== "%'d") throw site.notTranslated(`FORMAT's ${piece}`);
    return `format('{:,}', ${value.sql})`;
  }
  if ((conversion === "d" || conversion === "i") && kind === "INTEGER") {
    return `printf(${quotedText(piece.replace(/i$/, "d"))}, ${value.sql})`;
  }
  if (["x", "X", "o"].includes(conversion) && kind === "INTEGER") return `printf(${quotedText(piece)}, ${value.sql})`;
  if (["f", "F", "e", "E", "g", "G"].includes(conversion) && (kind === "FLOAT" || kind === "NUMERIC")) {
    return `printf(${quotedText(piece)}, CAST(${value.sql} AS DOUBLE))`;
  }
  throw site.notTranslated(`FORMAT's ${piece} of a value of type ${kind}`);
}

const whitespace = "chr(32) || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)";
const trim = (duckdb: string): SqlFunction =>
  one([STRING, optional(STRING)], STRING, (text, set = whitespace) => `${duckdb}(${text}, ${set})`);

const pad = (duckdb: string): SqlFunction =>
  one(
    [STRING, INTEGER, optional(STRING)],
    STRING,
    (text, length, set = "' '") => `${duckdb}(${text}, CAST(${length} AS INTEGER), ${set})`,
  );

/** From 1, or from the end; 0 is 1. */
const substring: SqlFunction = [
  form([STRING, INTEGER, optional(INTEGER)], STRING, (text, from, length) => {
    const start = `CASE WHEN ${from} = 0 THEN 1 WHEN ${from} < -length(${text}) THEN 1 ELSE ${from} END`;
    return length === undefined ? `substring(${text}, ${start})` : `substring(${text}, ${start}, ${length})`;
  }),
];

/** Both of STRING and of BYTES. */
const either = (
  parameters: readonly SqlType[],
  sql: (...values: readonly string[]) => string,
  result?: SqlType,
): SqlFunction => [
  form([STRING, ...parameters], result ?? STRING, sql),
  form([BYTES, ...parameters], result ?? BYTES, sql),
];

export const textFunctions: { readonly [name: string]: SqlFunction } = {
  ASCII: one([STRING], INTEGER, (text) => `CAST(CASE WHEN ${text} = '' THEN 0 ELSE ascii(${text}) END AS BIGINT)`),
  BYTE_LENGTH: [
    form([STRING], INTEGER, (text) => `CAST(strlen(${text}) AS BIGINT)`),
    form([BYTES], INTEGER, (bytes) => `CAST(octet_length(${bytes}) AS BIGINT)`),
  ],
  CHAR_LENGTH: one([STRING], INTEGER, (text) => `length(${text})`),
  CHARACTER_LENGTH: one([STRING], INTEGER, (text) => `length(${text})`),
  CHR: one([INTEGER], STRING, (point) => `chr(CAST(${point} AS INTEGER))`),
  CODE_POINTS_TO_STRING: one(
    [arrayOf(INTEGER)],
    STRING,
    (list) => `array_to_string(list_transform(${list}, lambda p: chr(CAST(p AS INTEGER))), '')`,
  ),
  CONCAT: [
    form([STRING], STRING, (...values) => `(${values.join(" || ")})`, STRING),
    form([BYTES], BYTES, (...values) => `(${values.join(" || ")})`, BYTES),
  ],
  CONTAINS_SUBSTR: one(
    [anything, STRING],
    BOOLEAN,
    (value, text) => `contains(lower(CAST(${value} AS VARCHAR)), lower(${text}))`,
  ),
  EDIT_DISTANCE: one([STRING, STRING], INTEGER, (a, b) => `levenshtein(${a}, ${b})`),
  ENDS_WITH: one([STRING, STRING], BOOLEAN, (text, end) => `suffix(${text}, ${end})`),
  FORMAT: format,
  FROM_BASE64: one([STRING], BYTES, (text) => `from_base64(${text})`),
  FROM_HEX: one([STRING], BYTES, (text) => `unhex(${text})`),
  INITCAP: one(
    [STRING],
    STRING,
    (text) =>
      `array_to_string(list_transform(regexp_extract_all(lower(${text}), '[a-zA-Z0-9\\x{80}-\\x{10FFFF}]+|[^a-zA-Z0-9\\x{80}-\\x{10FFFF}]+'), lambda w: upper(w[1]) || w[2:]), '')`,
  ),
  INSTR: one([STRING, STRING], INTEGER, (text, part) => `CAST(instr(${text}, ${part}) AS BIGINT)`),
  LEFT: one([STRING, INTEGER], STRING, (text, length) => `left(${text}, ${length})`),
  LENGTH: [
    form([STRING], INTEGER, (text) => `length(${text})`),
    form([BYTES], INTEGER, (bytes) => `CAST(octet_length(${bytes}) AS BIGINT)`),
  ],
  LOWER: one([STRING], STRING, (text) => `lower(${text})`),
  LPAD: pad("lpad"),
  LTRIM: trim("ltrim"),
  MD5: [
    form([STRING], BYTES, (text) => `unhex(md5(${text}))`),
    form([BYTES], BYTES, (bytes) => `unhex(md5(${bytes}))`),
  ],
  NORMALIZE: one([STRING], STRING, (text) => `nfc_normalize(${text})`),
  OCTET_LENGTH: either([], (value) => `CAST(octet_length(CAST(${value} AS BLOB)) AS BIGINT)`, INTEGER),
  REGEXP_CONTAINS: one([STRING, STRING], BOOLEAN, (text, pattern) => `regexp_matches(${text}, ${pattern})`),
  REGEXP_EXTRACT: regexpExtract,
  REGEXP_EXTRACT_ALL: regexpExtractAll,
  REGEXP_REPLACE: one(
    [STRING, STRING, STRING],
    STRING,
    (text, pattern, by) => `regexp_replace(${text}, ${pattern}, ${by}, 'g')`,
  ),
  REGEXP_SUBSTR: regexpExtract,
  REPEAT: one([STRING, INTEGER], STRING, (text, times) => `repeat(${text}, ${times})`),
  REPLACE: one(
    [STRING, STRING, STRING],
    STRING,
    (text, part, by) => `CASE WHEN ${part} = '' THEN ${text} ELSE replace(${text}, ${part}, ${by}) END`,
  ),
  REVERSE: one([STRING], STRING, (text) => `reverse(${text})`),
  RIGHT: one([STRING, INTEGER], STRING, (text, length) => `right(${text}, ${length})`),
  RPAD: pad("rpad"),
  RTRIM: trim("rtrim"),
  SHA1: [
    form([STRING], BYTES, (text) => `unhex(sha1(${text}))`),
    form([BYTES], BYTES, (bytes) => `unhex(sha1(${bytes}))`),
  ],
  SHA256: [
    form([STRING], BYTES, (text) => `unhex(sha256(${text}))`),
    form([BYTES], BYTES, (bytes) => `unhex(sha256(${bytes}))`),
  ],
  SPLIT: one(
    [STRING, optional(STRING)],
    arrayOf(STRING),
    (text, by = "','") => `CASE WHEN ${text} = '' THEN [''] ELSE string_split(${text}, ${by}) END`,
  ),
  STARTS_WITH: one([STRING, STRING], BOOLEAN, (text, start) => `starts_with(${text}, ${start})`),
  STRPOS: one([STRING, STRING], INTEGER, (text, part) => `CAST(strpos(${text}, ${part}) AS BIGINT)`),
  SUBSTR: substring,
  SUBSTRING: substring,
  TO_BASE64: one([BYTES], STRING, (bytes) => `to_base64(${bytes})`),
  TO_CODE_POINTS: one(
    [STRING],
    arrayOf(INTEGER),
    (text) => `list_transform(string_split(${text}, ''), lambda c: CAST(unicode(c) AS BIGINT))`,
  ),
  TO_HEX: one([BYTES], STRING, (bytes) => `lower(hex(${bytes}))`),
  TRANSLATE: one([STRING, STRING, STRING], STRING, (text, from, to) => `translate(${text}, ${from}, ${to})`),
  TRIM: trim("trim"),
  UNICODE: one([STRING], INTEGER, (text) => `CAST(CASE WHEN ${text} = '' THEN 0 ELSE unicode(${text}) END AS BIGINT)`),
  UPPER: one([STRING], STRING, (text) => `upper(${text})`),
  GENERATE_UUID: one([], STRING, () => "CAST(gen_random_uuid() AS VARCHAR)"),
  SESSION_USER: one([], STRING, () => "'local'"),
  FARM_FINGERPRINT: (site) => {
    throw site.notTranslated("FARM_FINGERPRINT", "Use MD5 or SHA256");
  },
  "NET.HOST": one(
    [STRING],
    STRING,
    (url) => `regexp_extract_all(${url}, '^(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//(?:[^/?#@]*@)?([^/?#:]+)', 1)[1]`,
  ),
  PARSE_NUMERIC: one([STRING], NUMERIC, (text) => `CAST(${text} AS DECIMAL(38,9))`),
};
