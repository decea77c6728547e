import { WireReader, WireType } from "../../../../pipeline/protobuf/wire";
import {
  BadDefinition,
  type CompiledSchema,
  type FieldValues,
  isObject,
  parseJson,
  SchemaMismatch,
  shown,
} from "./compiled";
import { isScalar, type ProtoScalar, protoScalars } from "./proto-scalars";
import { parseProto, type ProtoEnum, type ProtoField, type ProtoMessage } from "./proto-text";

/**
 * A protobuf schema: messages in JSON as protobuf maps it, or in the wire format.
 * @see https://protobuf.dev/programming-guides/json/
 */
export function protoSchema(definition: string): CompiledSchema {
  const type = compile(parseProto(definition), new Map());
  return {
    fields: type.fields.map(({ name }) => name),
    readJson: (text) => type.fromJson(parseJson(text), "$"),
    readBinary(data) {
      try {
        return type.fromWire(new WireReader(data), "$");
      } catch (error) {
        if (error instanceof SchemaMismatch) throw error;
        throw new SchemaMismatch("$", error instanceof Error ? error.message : String(error));
      }
    },
  };
}

/** A value of one field: a scalar, an enum or a message. */
interface Value {
  readonly wireType: number;
  fromJson(value: unknown, path: string): unknown;
  fromWire(reader: WireReader, path: string): unknown;
}

interface Field extends ProtoField {
  readonly jsonName: string;
  readonly value: Value;
  readonly key: ProtoScalar | undefined;
}

class MessageType implements Value {
  readonly wireType = WireType.bytes;
  fields: readonly Field[] = [];

  fromJson(value: unknown, path: string): FieldValues {
    if (!isObject(value)) throw new SchemaMismatch(path, `${shown(value)} is not an object`);
    const result: { [field: string]: unknown } = {};
    for (const [key, given] of Object.entries(value)) {
      const field = this.fields.find(({ name, jsonName }) => key === name || key === jsonName);
      if (field === undefined) throw new SchemaMismatch(`${path}.${key}`, "the schema has no such field");
      if (given !== null) result[field.name] = fieldFromJson(field, given, `${path}.${key}`);
    }
    this.checkRequired(result, path);
    return result;
  }

  fromWire(reader: WireReader, path: string): FieldValues {
    const result: { [field: string]: unknown } = {};
    while (!reader.done) {
      const tag = reader.uint32();
      const field = this.fields.find(({ number }) => number === tag >>> 3);
      if (field === undefined) throw new SchemaMismatch(path, `the schema has no field ${tag >>> 3}`);
      readField(field, reader, tag & 7, result, `${path}.${field.name}`);
    }
    this.checkRequired(result, path);
    return result;
  }

  private checkRequired(result: FieldValues, path: string): void {
    const missing = this.fields.find(({ label, name }) => label === "required" && result[name] === undefined);
    if (missing !== undefined) throw new SchemaMismatch(`${path}.${missing.name}`, "the field is required");
  }
}

function fieldFromJson(field: Field, given: unknown, path: string): unknown {
  if (field.key !== undefined) {
    if (!isObject(given)) throw new SchemaMismatch(path, `${shown(given)} is not an object`);
    const { key, value } = field;
    return Object.fromEntries(
      Object.entries(given).map(([name, one]) => {
        key.fromJson(key.name === "bool" ? name === "true" : name, `${path}.${name}`);
        return [name, value.fromJson(one, `${path}.${name}`)];
      }),
    );
  }
  if (field.label !== "repeated") return field.value.fromJson(given, path);
  if (!Array.isArray(given)) throw new SchemaMismatch(path, `${shown(given)} is not a list`);
  return given.map((one: unknown, at) => field.value.fromJson(one, `${path}[${at}]`));
}

function readField(
  field: Field,
  reader: WireReader,
  wireType: number,
  result: { [field: string]: unknown },
  path: string,
): void {
  const { name, value } = field;
  if (field.key !== undefined) {
    expectWire(WireType.bytes, wireType, path);
    const [key, one] = readEntry(field, reader.message(), path);
    result[name] = { ...(result[name] as object | undefined), [String(key)]: one };
  } else if (field.label !== "repeated") {
    expectWire(value.wireType, wireType, path);
    result[name] = value.fromWire(
      value.wireType === WireType.bytes && isMessage(value) ? reader.message() : reader,
      path,
    );
  } else {
    const list = (result[name] ??= []) as unknown[];
    if (wireType === WireType.bytes && value.wireType !== WireType.bytes) {
      for (const packed = reader.message(); !packed.done;) list.push(value.fromWire(packed, path));
      return;
    }
    expectWire(value.wireType, wireType, path);
    list.push(value.fromWire(isMessage(value) ? reader.message() : reader, path));
  }
}

function readEntry({ key, value }: Field, entry: WireReader, path: string): readonly [unknown, unknown] {
  let name: unknown = "";
  let one: unknown = null;
  while (!entry.done) {
    const tag = entry.uint32();
    if (tag >>> 3 === 1 && key !== undefined) name = key.fromWire(entry, path);
    else if (tag >>> 3 === 2) one = value.fromWire(isMessage(value) ? entry.message() : entry, path);
    else entry.skip(tag & 7);
  }
  return [name, one];
}

const isMessage = (value: Value): boolean => value instanceof MessageType;

function expectWire(wanted: number, found: number, path: string): void {
  if (wanted !== found) throw new SchemaMismatch(path, `wire type ${found} is not that of the field`);
}

function enumType({ name, values }: ProtoEnum): Value {
  const byNumber = new Map([...values].map(([label, number]) => [number, label]));
  const named = (number: unknown, path: string): string => {
    const label = byNumber.get(number as number);
    if (label === undefined) throw new SchemaMismatch(path, `${shown(number)} is not a value of ${name}`);
    return label;
  };
  return {
    wireType: WireType.varint,
    fromJson: (value, path) => (values.has(value as string) ? value : named(value, path)),
    fromWire: (reader, path) => named(reader.int32(), path),
  };
}

/** Types may name each other in circles: each is made once, before its fields are. */
function compile(message: ProtoMessage, made: Map<ProtoMessage, MessageType>): MessageType {
  const known = made.get(message);
  if (known !== undefined) return known;
  const type = new MessageType();
  made.set(message, type);
  type.fields = message.fields.map((field) => ({
    ...field,
    jsonName: field.name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    value: isScalar(field.type) ? protoScalars[field.type] : resolve(field.type, message, made),
    key: field.keyType === undefined ? undefined : keyOf(field.keyType),
  }));
  return type;
}

function keyOf(type: string): ProtoScalar {
  if (!isScalar(type) || ["float", "double", "bytes"].includes(type))
    throw new BadDefinition(`${type} is no key of a map`);
  return protoScalars[type];
}

/** From the inside out, as protobuf finds names. */
function resolve(name: string, from: ProtoMessage, made: Map<ProtoMessage, MessageType>): Value {
  const parts = name.split(".").filter((part) => part !== "");
  for (let scope: ProtoMessage | undefined = from; scope !== undefined; scope = scope.parent) {
    // A name may begin with the package and with messages around it.
    for (let skip = 0; skip < parts.length; skip++) {
      const found = lookUp(scope, parts.slice(skip));
      if (found !== undefined) return "values" in found ? enumType(found) : compile(found, made);
    }
  }
  throw new BadDefinition(`the type ${name} is not in the definition`);
}

function lookUp(scope: ProtoMessage, parts: readonly string[]): ProtoMessage | ProtoEnum | undefined {
  const [first = "", ...rest] = parts;
  const nested = scope.messages.get(first);
  if (rest.length > 0) return nested && lookUp(nested, rest);
  return nested ?? scope.enums.get(first);
}
