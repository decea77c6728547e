/**
 * Rows of the Storage Write API as whoever serves it finds them: by a descriptor that a client sent.
 * Any client's: Google's own writers make theirs otherwise than we do.
 */
import { MalformedMessage, WireReader, WireType } from "../protobuf/wire";
import { Descriptor, ProtoLabel, ProtoType, type EnumDescriptor, type FieldDescriptor } from "./descriptor";

/** A value as the wire has it. A 64-bit integer is a bigint where a number would lose digits. */
export type WireValue = number | bigint | string | boolean | Uint8Array | EnumValue | WireRow | readonly WireValue[];
/** A row by column, without the columns that were not sent. */
export type WireRow = { readonly [column: string]: WireValue };

/** A value of an enum: BigQuery takes its number for an INTEGER and its name for a STRING. */
export class EnumValue {
  constructor(
    readonly number: number,
    /** Undefined where the enum has no such number. */
    readonly name: string | undefined,
  ) {}
}

/** A column as a descriptor tells of it. */
export interface WireColumn {
  readonly name: string;
  readonly type: keyof typeof ProtoType;
  readonly label: keyof typeof ProtoLabel;
  /** Of a message; none of a wrapper of Google's, which reads as its value. */
  readonly columns?: readonly WireColumn[];
}

export interface RowReader {
  readonly columns: readonly WireColumn[];
  /** @throws MalformedMessage where the bytes are no such row. */
  read(bytes: Uint8Array): WireRow;
}

/**
 * Makes the reader of rows from a serialized DescriptorProto.
 * @throws MalformedMessage where the bytes are no descriptor, or one that does not describe all of itself.
 */
export function compileRowReader(descriptor: Uint8Array): RowReader {
  const row = new MessageReader(new Scope(Descriptor.decode(descriptor)), 0);
  return { columns: row.columns, read: (bytes) => row.read(new WireReader(bytes)) };
}

/** A descriptor and those around it, where the names of its types are looked up. */
class Scope {
  constructor(
    readonly descriptor: Descriptor,
    private readonly parent?: Scope,
  ) {}

  message(typeName: string): Scope | undefined {
    const found = this.descriptor.nested.find(({ name }) => name === lastWord(typeName));
    return found === undefined ? this.parent?.message(typeName) : new Scope(found, this);
  }

  enum(typeName: string): EnumDescriptor | undefined {
    return this.descriptor.enums.find(({ name }) => name === lastWord(typeName)) ?? this.parent?.enum(typeName);
  }
}

/** Names may be whole (".a.B.C"), from within ("C"), or flattened by Google's writers: the last word decides. */
const lastWord = (typeName: string): string => typeName.slice(typeName.lastIndexOf(".") + 1);

interface Scalar {
  readonly wireType: WireType;
  read(reader: WireReader): WireValue;
}

const exact = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

const scalars: { readonly [Type in keyof typeof ProtoType]?: Scalar } = {
  double: { wireType: WireType.fixed64, read: (r) => r.double() },
  float: { wireType: WireType.fixed32, read: (r) => r.float() },
  int64: { wireType: WireType.varint, read: (r) => exact(r.int64()) },
  uint64: { wireType: WireType.varint, read: (r) => exact(r.varint64()) },
  int32: { wireType: WireType.varint, read: (r) => r.int32() },
  fixed64: { wireType: WireType.fixed64, read: (r) => exact(r.fixed64()) },
  fixed32: { wireType: WireType.fixed32, read: (r) => r.fixed32() },
  bool: { wireType: WireType.varint, read: (r) => r.bool() },
  string: { wireType: WireType.bytes, read: (r) => r.string() },
  // A copy: the row outlives the request that it came in.
  bytes: { wireType: WireType.bytes, read: (r) => Uint8Array.from(r.view8()) },
  uint32: { wireType: WireType.varint, read: (r) => r.uint32() },
  sfixed32: { wireType: WireType.fixed32, read: (r) => r.fixed32() | 0 },
  sfixed64: { wireType: WireType.fixed64, read: (r) => exact(BigInt.asIntN(64, r.fixed64())) },
  sint32: { wireType: WireType.varint, read: (r) => Number(r.sint64()) },
  sint64: { wireType: WireType.varint, read: (r) => exact(r.sint64()) },
};

/** Messages that need not be described: a value in a wrapper, absent for null. */
const wrappers: { readonly [name: string]: keyof typeof ProtoType } = {
  "google.protobuf.DoubleValue": "double",
  "google.protobuf.FloatValue": "float",
  "google.protobuf.Int64Value": "int64",
  "google.protobuf.UInt64Value": "uint64",
  "google.protobuf.Int32Value": "int32",
  "google.protobuf.UInt32Value": "uint32",
  "google.protobuf.BoolValue": "bool",
  "google.protobuf.StringValue": "string",
  "google.protobuf.BytesValue": "bytes",
};
const zeros: { readonly [Type in keyof typeof ProtoType]?: WireValue } = {
  bool: false,
  string: "",
  bytes: new Uint8Array(0),
};

/** google.protobuf.Timestamp and Duration, which need not be described either. */
const secondsAndNanos: Descriptor = {
  name: "SecondsAndNanos",
  nested: [],
  enums: [],
  fields: [
    { name: "seconds", number: 1, label: ProtoLabel.optional, type: ProtoType.int64, typeName: "", options: undefined },
    { name: "nanos", number: 2, label: ProtoLabel.optional, type: ProtoType.int32, typeName: "", options: undefined },
  ],
};

const nameOf = <Table extends { readonly [name: string]: number }>(
  table: Table,
  value: number,
): keyof Table | undefined => Object.keys(table).find((name) => table[name] === value);

/** BigQuery takes records within records to this depth. */
const DEEPEST = 15;

class MessageReader {
  readonly columns: readonly WireColumn[];
  private readonly byNumber = new Map<number, Scalar & { readonly name: string; readonly repeated: boolean }>();

  constructor(scope: Scope, depth: number) {
    if (depth > DEEPEST) {
      const { name } = scope.descriptor;
      throw new MalformedMessage(
        `${name} lies ${depth} messages deep: BigQuery takes ${DEEPEST}, and none within itself`,
      );
    }
    this.columns = scope.descriptor.fields.map((field) => this.column(field, scope, depth));
  }

  read(reader: WireReader): WireRow {
    const row: { [column: string]: WireValue } = {};
    while (!reader.done) {
      const tag = reader.uint32();
      const field = this.byNumber.get(tag >>> 3);
      if (field === undefined) {
        reader.skip(tag & 7);
        continue;
      }
      if (field.repeated) {
        const before = Object.hasOwn(row, field.name) ? row[field.name] : [];
        set(row, field.name, readRepeated(reader, tag & 7, field, before as WireValue[]));
      } else set(row, field.name, expecting(field, tag & 7).read(reader));
    }
    return row;
  }

  private column(field: FieldDescriptor, scope: Scope, depth: number): WireColumn {
    const type = nameOf(ProtoType, field.type);
    const label = nameOf(ProtoLabel, field.label) ?? "optional";
    const name = field.options?.columnName || field.name;
    if (type === undefined || type === "group") {
      throw new MalformedMessage(`field ${name} of the descriptor has type ${field.type}, which no row can have`);
    }
    const columns: WireColumn[] = [];
    const value =
      scalars[type] ?? (type === "enum" ? enumScalar(field, scope) : messageScalar(field, scope, depth, columns));
    this.byNumber.set(field.number, { ...value, name, repeated: label === "repeated" });
    return { name, type, label, ...(columns.length > 0 && { columns }) };
  }
}

/** A column called __proto__ is a column. */
function set(row: { [column: string]: WireValue }, name: string, value: WireValue): void {
  if (name !== "__proto__") row[name] = value;
  else Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Reads one value more, or many in one, which any writer may send of numbers. */
function readRepeated(reader: WireReader, wireType: number, value: Scalar, list: WireValue[]): WireValue[] {
  if (wireType === WireType.bytes && value.wireType !== WireType.bytes) {
    for (const packed = reader.message(); !packed.done;) list.push(value.read(packed));
  } else list.push(expecting(value, wireType).read(reader));
  return list;
}

function expecting(value: Scalar, wireType: number): Scalar {
  if (value.wireType === wireType) return value;
  throw new MalformedMessage(`a field has wire type ${wireType} where ${value.wireType} belongs`);
}

function enumScalar(field: FieldDescriptor, scope: Scope): Scalar {
  const found = scope.enum(field.typeName);
  if (found === undefined) throw undescribed(field);
  const names = new Map(found.values.map((value) => [value.number, value.name]));
  return {
    wireType: WireType.varint,
    read(reader) {
      const number = reader.int32();
      return new EnumValue(number, names.get(number));
    },
  };
}

function messageScalar(field: FieldDescriptor, scope: Scope, depth: number, columns: WireColumn[]): Scalar {
  const wellKnown = field.typeName.replace(/^\./, "");
  const wrapped = wrappers[wellKnown];
  if (wrapped !== undefined) return wrapper(wrapped);
  const isTime = wellKnown === "google.protobuf.Timestamp" || wellKnown === "google.protobuf.Duration";
  const found = isTime ? new Scope(secondsAndNanos) : scope.message(field.typeName);
  if (found === undefined) throw undescribed(field);
  const message = new MessageReader(found, depth + 1);
  columns.push(...message.columns);
  return { wireType: WireType.bytes, read: (reader) => message.read(reader.message()) };
}

function wrapper(type: keyof typeof ProtoType): Scalar {
  const value = scalars[type] as Scalar;
  return {
    wireType: WireType.bytes,
    read(reader) {
      let held: WireValue = zeros[type] ?? 0;
      for (const inner = reader.message(); !inner.done;) {
        const tag = inner.uint32();
        if (tag >>> 3 === 1) held = expecting(value, tag & 7).read(inner);
        else inner.skip(tag & 7);
      }
      return held;
    },
  };
}

const undescribed = ({ name, typeName }: FieldDescriptor): MalformedMessage =>
  new MalformedMessage(`field ${name} is a ${typeName || "message"}, which the descriptor does not describe`);
