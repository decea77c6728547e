/** Protobuf's scalars in JSON and on the wire. */
import { type WireReader, WireType } from "../../../../pipeline/protobuf/wire";
import { SchemaMismatch, shown } from "./compiled";

export interface ProtoScalar {
  readonly name: string;
  readonly wireType: number;
  fromJson(value: unknown, path: string): unknown;
  fromWire(reader: WireReader, path: string): unknown;
}

type Name =
  | "double" | "float" | "int32" | "int64" | "uint32" | "uint64" | "sint32" | "sint64"
  | "fixed32" | "fixed64" | "sfixed32" | "sfixed64" | "bool" | "string" | "bytes"; // prettier-ignore

const INT32: readonly [bigint, bigint] = [-(2n ** 31n), 2n ** 31n - 1n];
const UINT32: readonly [bigint, bigint] = [0n, 2n ** 32n - 1n];
const INT64: readonly [bigint, bigint] = [-(2n ** 63n), 2n ** 63n - 1n];
const UINT64: readonly [bigint, bigint] = [0n, 2n ** 64n - 1n];

export const protoScalars: { readonly [N in Name]: ProtoScalar } = {
  double: real("double", WireType.fixed64, (reader) => reader.double()),
  float: real("float", WireType.fixed32, (reader) => reader.float()),
  int32: whole("int32", WireType.varint, INT32, (reader) => BigInt(reader.int32())),
  int64: whole("int64", WireType.varint, INT64, (reader) => reader.int64()),
  uint32: whole("uint32", WireType.varint, UINT32, (reader) => BigInt(reader.uint32())),
  uint64: whole("uint64", WireType.varint, UINT64, (reader) => reader.varint64()),
  sint32: whole("sint32", WireType.varint, INT32, (reader) => reader.sint64()),
  sint64: whole("sint64", WireType.varint, INT64, (reader) => reader.sint64()),
  fixed32: whole("fixed32", WireType.fixed32, UINT32, (reader) => BigInt(reader.fixed32())),
  fixed64: whole("fixed64", WireType.fixed64, UINT64, (reader) => reader.fixed64()),
  sfixed32: whole("sfixed32", WireType.fixed32, INT32, (reader) => BigInt(reader.fixed32() | 0)),
  sfixed64: whole("sfixed64", WireType.fixed64, INT64, (reader) => BigInt.asIntN(64, reader.fixed64())),
  bool: {
    name: "bool",
    wireType: WireType.varint,
    fromJson(value, path) {
      if (typeof value !== "boolean") throw new SchemaMismatch(path, `${shown(value)} is not a bool`);
      return value;
    },
    fromWire: (reader) => reader.bool(),
  },
  string: {
    name: "string",
    wireType: WireType.bytes,
    fromJson(value, path) {
      if (typeof value !== "string") throw new SchemaMismatch(path, `${shown(value)} is not a string`);
      return value;
    },
    fromWire: (reader) => reader.string(),
  },
  bytes: {
    name: "bytes",
    wireType: WireType.bytes,
    fromJson(value, path) {
      if (typeof value !== "string" || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(value)) {
        throw new SchemaMismatch(path, `${shown(value)} is not base64`);
      }
      return Buffer.from(value, "base64").toString("base64");
    },
    fromWire: (reader) => Buffer.from(reader.view8()).toString("base64"),
  },
};

export function isScalar(type: string): type is Name {
  return Object.hasOwn(protoScalars, type);
}

/** 64-bit numbers are text in JSON, because a number would lose digits; both are read. */
function whole(
  name: string,
  wireType: number,
  [least, most]: readonly [bigint, bigint],
  read: (reader: WireReader) => bigint,
): ProtoScalar {
  const wide = most > INT32[1] && most !== UINT32[1];
  const held = (value: bigint): string | number => (wide ? String(value) : Number(value));
  return {
    name,
    wireType,
    fromJson(value, path) {
      const number = integerOf(value);
      if (number === undefined) throw new SchemaMismatch(path, `${shown(value)} is not an ${name}`);
      if (number < least || number > most)
        throw new SchemaMismatch(path, `${shown(value)} is out of the range of ${name}`);
      return held(number);
    },
    fromWire: (reader) => held(read(reader)),
  };
}

function integerOf(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (typeof value === "string" && /^-?\d+$/.test(value)) return BigInt(value);
  return undefined;
}

function real(name: string, wireType: number, read: (reader: WireReader) => number): ProtoScalar {
  return {
    name,
    wireType,
    fromJson(value, path) {
      if (typeof value === "number" || typeof value === "bigint") return Number(value);
      const isText = typeof value === "string" && value.trim() !== "";
      const number = isText && (value === "NaN" || !Number.isNaN(Number(value))) ? Number(value) : undefined;
      if (number === undefined) throw new SchemaMismatch(path, `${shown(value)} is not a ${name}`);
      return number;
    },
    fromWire: (reader) => read(reader),
  };
}
