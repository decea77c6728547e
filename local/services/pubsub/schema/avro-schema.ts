import {
  BadDefinition,
  type CompiledSchema,
  type FieldValues,
  isObject,
  parseJson,
  SchemaMismatch,
  shown,
} from "./compiled";
import { AvroReader } from "./avro-reader";

/**
 * An Avro schema: messages in Avro's JSON encoding, in which every field is there and a value of a union is
 * wrapped in its type's name, or in Avro's binary encoding.
 * @see https://avro.apache.org/docs/1.11.1/specification/
 */
export function avroSchema(definition: string): CompiledSchema {
  const compiler = new Compiler();
  const type = compiler.type(parseDefinition(definition));
  if (!(type instanceof RecordType)) throw new BadDefinition("the top-level type of the schema is not a record");
  return {
    fields: type.fields.map(({ name }) => name),
    readJson: (text) => type.fromJson(parseJson(text), "$"),
    readBinary(data) {
      const reader = new AvroReader(data);
      const values = type.fromBinary(reader, "$");
      if (!reader.done) throw new SchemaMismatch("$", "bytes are left after the record");
      return values;
    },
  };
}

interface AvroType {
  /** What a union's JSON calls it. */
  readonly name: string;
  fromJson(value: unknown, path: string): unknown;
  fromBinary(reader: AvroReader, path: string): unknown;
}

class RecordType implements AvroType {
  fields: readonly { readonly name: string; readonly type: AvroType }[] = [];

  constructor(readonly name: string) {}

  fromJson(value: unknown, path: string): FieldValues {
    if (!isObject(value)) throw new SchemaMismatch(path, `${shown(value)} is not an object`);
    // Fields that the schema does not have are passed over, as Google's own emulator does it with Avro's decoder.
    return Object.fromEntries(
      this.fields.map(({ name, type }) => {
        if (!Object.hasOwn(value, name)) throw new SchemaMismatch(`${path}.${name}`, "the field is missing");
        return [name, type.fromJson(value[name], `${path}.${name}`)];
      }),
    );
  }

  fromBinary(reader: AvroReader, path: string): FieldValues {
    return Object.fromEntries(this.fields.map(({ name, type }) => [name, type.fromBinary(reader, `${path}.${name}`)]));
  }
}

const is = (name: string, test: (value: unknown) => boolean, read: (reader: AvroReader) => unknown): AvroType => ({
  name,
  fromJson(value, path) {
    if (!test(value)) throw new SchemaMismatch(path, `${shown(value)} is not ${name === "null" ? name : `a ${name}`}`);
    return value;
  },
  fromBinary: read,
});

const isInt = (value: unknown): boolean => typeof value === "number" && (value | 0) === value;

/** Text, as it is in 64 bits. */
const longType: AvroType = {
  name: "long",
  fromJson(value, path) {
    const isWhole = typeof value === "bigint" || Number.isInteger(value);
    const whole = isWhole ? BigInt(value as bigint | number) : undefined;
    if (whole === undefined || whole !== BigInt.asIntN(64, whole)) {
      throw new SchemaMismatch(path, `${shown(value)} is not a long`);
    }
    return String(whole);
  },
  fromBinary: (reader) => String(reader.long()),
};

const realType = (name: string, read: (reader: AvroReader) => number): AvroType => ({
  name,
  fromJson(value, path) {
    if (typeof value !== "number" && typeof value !== "bigint") {
      throw new SchemaMismatch(path, `${shown(value)} is not a ${name}`);
    }
    return Number(value);
  },
  fromBinary: read,
});

/** In JSON every character stands for one byte. */
const bytesType = (name: string, size?: number): AvroType => ({
  name,
  fromJson(value, path) {
    const fits = typeof value === "string" && /^[\0-\xff]*$/.test(value) && (size ?? value.length) === value.length;
    if (!fits) throw new SchemaMismatch(path, `${shown(value)} is not ${size ?? "any"} bytes`);
    return Buffer.from(value, "latin1").toString("base64");
  },
  fromBinary: (reader) => Buffer.from(size === undefined ? reader.bytes() : reader.take(size)).toString("base64"),
});

const primitives: { readonly [name: string]: AvroType } = {
  null: is(
    "null",
    (value) => value === null,
    () => null,
  ),
  boolean: is(
    "boolean",
    (value) => typeof value === "boolean",
    (reader) => reader.boolean(),
  ),
  int: is("int", isInt, (reader) => Number(reader.long())),
  long: longType,
  float: realType("float", (reader) => reader.float()),
  double: realType("double", (reader) => reader.double()),
  string: is(
    "string",
    (value) => typeof value === "string",
    (reader) => reader.string(),
  ),
  bytes: bytesType("bytes"),
};

class Compiler {
  private readonly named = new Map<string, AvroType>();

  type(schema: unknown, namespace = ""): AvroType {
    if (typeof schema === "string") return this.byName(schema, namespace);
    if (Array.isArray(schema)) return this.union(schema.map((one: unknown) => this.type(one, namespace)));
    if (!isObject(schema)) throw new BadDefinition(`${shown(schema)} is not an Avro type`);
    switch (schema.type) {
      case "record":
        return this.record(schema, namespace);
      case "enum":
        return this.enumeration(schema, namespace);
      case "fixed":
        return this.fixed(schema, namespace);
      case "array":
        return arrayOf(this.type(schema.items, namespace));
      case "map":
        return mapOf(this.type(schema.values, namespace));
      default:
        return this.type(schema.type, namespace);
    }
  }

  private byName(name: string, namespace: string): AvroType {
    const found = primitives[name] ?? this.named.get(qualified(name, namespace)) ?? this.named.get(name);
    if (found === undefined) throw new BadDefinition(`the type ${name} is not in the schema`);
    return found;
  }

  private define(
    schema: { readonly [key: string]: unknown },
    namespace: string,
    make: (name: string) => AvroType,
  ): AvroType {
    if (typeof schema.name !== "string") throw new BadDefinition(`a type has no name: ${shown(schema)}`);
    const own = typeof schema.namespace === "string" ? schema.namespace : namespace;
    const name = qualified(schema.name, own);
    const type = make(name);
    this.named.set(name, type);
    return type;
  }

  private record(schema: { readonly [key: string]: unknown }, namespace: string): AvroType {
    const record = this.define(schema, namespace, (name) => new RecordType(name)) as RecordType;
    if (!Array.isArray(schema.fields)) throw new BadDefinition(`the record ${record.name} has no list of fields`);
    const within = record.name.slice(0, Math.max(0, record.name.lastIndexOf(".")));
    record.fields = schema.fields.map((field: unknown) => {
      if (!isObject(field) || typeof field.name !== "string" || field.type === undefined) {
        throw new BadDefinition(`the record ${record.name} has a field without name or type: ${shown(field)}`);
      }
      return { name: field.name, type: this.type(field.type, within) };
    });
    return record;
  }

  private enumeration(schema: { readonly [key: string]: unknown }, namespace: string): AvroType {
    const symbols: readonly unknown[] = Array.isArray(schema.symbols) ? schema.symbols : [];
    return this.define(schema, namespace, (name) =>
      is(
        name,
        (value) => symbols.includes(value),
        (reader) => symbols[Number(reader.long())],
      ),
    );
  }

  private fixed(schema: { readonly [key: string]: unknown }, namespace: string): AvroType {
    const { size } = schema;
    if (typeof size !== "number") throw new BadDefinition("a fixed type has no size");
    return this.define(schema, namespace, (name) => bytesType(name, size));
  }

  private union(types: readonly AvroType[]): AvroType {
    return {
      name: "union",
      fromJson(value, path) {
        if (value === null && types.includes(primitives.null as AvroType)) return null;
        const names = types.map(({ name }) => name).join(" or ");
        const [key, ...more] = isObject(value) ? Object.keys(value) : [];
        const type = types.find(({ name }) => name === key);
        if (!isObject(value) || key === undefined || more.length > 0 || type === undefined) {
          throw new SchemaMismatch(path, `${shown(value)} is not ${names}, wrapped as {"${types.at(-1)?.name}": ...}`);
        }
        return type.fromJson(value[key], `${path}.${key}`);
      },
      fromBinary(reader, path) {
        const type = types[Number(reader.long())];
        if (type === undefined) throw new SchemaMismatch(path, "the union has no such branch");
        return type.fromBinary(reader, path);
      },
    };
  }
}

function arrayOf(items: AvroType): AvroType {
  return {
    name: "array",
    fromJson(value, path) {
      if (!Array.isArray(value)) throw new SchemaMismatch(path, `${shown(value)} is not a list`);
      return value.map((one: unknown, at) => items.fromJson(one, `${path}[${at}]`));
    },
    fromBinary: (reader, path) => reader.blocks(() => items.fromBinary(reader, path)),
  };
}

function mapOf(values: AvroType): AvroType {
  return {
    name: "map",
    fromJson(value, path) {
      if (!isObject(value)) throw new SchemaMismatch(path, `${shown(value)} is not an object`);
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [key, values.fromJson(one, `${path}.${key}`)]),
      );
    },
    fromBinary: (reader, path) =>
      Object.fromEntries(reader.blocks(() => [reader.string(), values.fromBinary(reader, path)] as const)),
  };
}

const qualified = (name: string, namespace: string): string =>
  name.includes(".") || namespace === "" ? name : `${namespace}.${name}`;

function parseDefinition(definition: string): unknown {
  try {
    return JSON.parse(definition) as unknown;
  } catch (error) {
    throw new BadDefinition(`the definition is not JSON: ${(error as Error).message}`);
  }
}
