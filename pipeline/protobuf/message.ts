/**
 * Messages of Google's APIs declared in TypeScript: names, field numbers and types in one table,
 * from which the type, the encoder and the decoder follow. As in proto3, a value that is its type's
 * default is not sent, and what was not sent reads as that default.
 *
 *     const Ack = message({ subscription: field(1, string), ackIds: field(2, repeated(string)) });
 *     type Ack = MessageOf<typeof Ack>;
 *     Ack.decode(Ack.encode({ ackIds: ["a"] })); // { subscription: "", ackIds: ["a"] }
 */
import { MalformedMessage, WireReader, WireType, WireWriter } from "./wire";

/** One value on the wire. */
export interface Scalar<T> {
  readonly wireType: WireType;
  readonly zero: T;
  isZero(value: T): boolean;
  write(writer: WireWriter, value: T): void;
  read(reader: WireReader): T;
}

const scalar = <T>(
  wireType: WireType,
  zero: T,
  write: (writer: WireWriter, value: T) => void,
  read: (reader: WireReader) => T,
  isZero: (value: T) => boolean = (value) => value === zero,
): Scalar<T> => ({ wireType, zero, isZero, write, read });

export const string = scalar<string>(
  WireType.bytes,
  "",
  (w, v) => w.string(v),
  (r) => r.string(),
);
/** A view into the message that was read. Copy what is to outlive it. */
export const bytes = scalar<Uint8Array>(
  WireType.bytes,
  new Uint8Array(0),
  (w, v) => w.delimited(v),
  (r) => r.view8(),
  (v) => v.length === 0,
);
export const bool = scalar<boolean>(
  WireType.varint,
  false,
  (w, v) => w.bool(v),
  (r) => r.bool(),
);
/** Also an enum, which is its number. */
export const int32 = scalar<number>(
  WireType.varint,
  0,
  (w, v) => w.int32(v),
  (r) => r.int32(),
);
/** int64 as a number of the safe range; reading one outside of it throws. */
export const int64 = scalar<number>(
  WireType.varint,
  0,
  (w, v) => w.safeInt64(v),
  (r) => r.safeInt64(),
);
/** int64 with all its digits. */
export const bigint64 = scalar<bigint>(
  WireType.varint,
  0n,
  (w, v) => w.int64(v),
  (r) => r.int64(),
);
export const double = scalar<number>(
  WireType.fixed64,
  0,
  (w, v) => w.double(v),
  (r) => r.double(),
  (v) => Object.is(v, 0),
);

/** How one field is held and sent; `initial` is what it reads as when nothing was sent. */
export interface FieldCodec<T> {
  initial(): T;
  write(writer: WireWriter, number: number, value: T): void;
  read(reader: WireReader, wireType: number, before: T): T;
}

const single = <T>(of: Scalar<T>): FieldCodec<T> => ({
  initial: () => of.zero,
  write(writer, number, value) {
    if (of.isZero(value)) return;
    of.write(writer.tag(number, of.wireType), value);
  },
  read: (reader, wireType) => of.read(expecting(reader, of.wireType, wireType)),
});

/** Absent or there: for `optional`, for members of a `oneof`, and for messages. */
export const optional = <T>(of: Scalar<T> | Message<Fields, T>): FieldCodec<T | undefined> => {
  const value = asScalar(of);
  return {
    initial: () => undefined,
    write(writer, number, present) {
      if (present !== undefined) value.write(writer.tag(number, value.wireType), present);
    },
    read: (reader, wireType) => value.read(expecting(reader, value.wireType, wireType)),
  };
};

export const repeated = <T>(of: Scalar<T> | Message<Fields, T>): FieldCodec<readonly T[]> => {
  const value = asScalar(of);
  return {
    initial: () => [],
    write(writer, number, list) {
      for (const one of list) value.write(writer.tag(number, value.wireType), one);
    },
    read(reader, wireType, before) {
      const list = before as T[];
      if (wireType === WireType.bytes && value.wireType !== WireType.bytes) {
        for (const packed = reader.message(); !packed.done;) list.push(value.read(packed));
      } else list.push(value.read(expecting(reader, value.wireType, wireType)));
      return list;
    },
  };
};

/** A map with text keys, as a plain object. */
export const map = <T>(of: Scalar<T> | Message<Fields, T>): FieldCodec<{ readonly [key: string]: T }> => {
  const value = asScalar(of);
  return {
    initial: () => ({}),
    write(writer, number, entries) {
      for (const key of Object.keys(entries)) {
        writer.tag(number, WireType.bytes).message((entry) => {
          entry.tag(1, WireType.bytes).string(key);
          value.write(entry.tag(2, value.wireType), entries[key] as T);
        });
      }
    },
    read(reader, wireType, before) {
      const entry = expecting(reader, WireType.bytes, wireType).message();
      let key = "";
      let held = value.zero;
      while (!entry.done) {
        const tag = entry.uint32();
        if (tag >>> 3 === 1) key = string.read(expecting(entry, WireType.bytes, tag & 7));
        else if (tag >>> 3 === 2) held = value.read(expecting(entry, value.wireType, tag & 7));
        else entry.skip(tag & 7);
      }
      // Not `before[key] = held`: a key called __proto__ must stay a key.
      Object.defineProperty(before, key, { value: held, enumerable: true, configurable: true, writable: true });
      return before;
    },
  };
};

export interface NumberedField<T> {
  readonly number: number;
  readonly codec: FieldCodec<T>;
}
export const field = <T>(number: number, of: Scalar<T> | FieldCodec<T>): NumberedField<T> => ({
  number,
  codec: "initial" in of ? of : single(of),
});

export type Fields = { readonly [name: string]: NumberedField<unknown> };
type ValueOf<F> = F extends NumberedField<infer T> ? T : never;
type ValuesOf<F extends Fields> = { [K in keyof F]: ValueOf<F[K]> };
/** The object that a message is decoded to. */
export type MessageOf<M> = M extends Message<Fields, infer T> ? T : never;

export class Message<F extends Fields, T = ValuesOf<F>> {
  private readonly entries: readonly (readonly [name: string, field: NumberedField<unknown>])[];
  private readonly byNumber: readonly (readonly [name: string, field: NumberedField<unknown>] | undefined)[];

  constructor(readonly fields: F) {
    this.entries = Object.entries(fields).toSorted(([, a], [, b]) => a.number - b.number);
    const byNumber: (readonly [string, NumberedField<unknown>])[] = [];
    for (const entry of this.entries) byNumber[entry[1].number] = entry;
    this.byNumber = byNumber;
  }

  encode(value: Partial<T>): Buffer {
    const writer = new WireWriter();
    this.write(writer, value);
    const done = writer.finish();
    return Buffer.from(done.buffer, done.byteOffset, done.byteLength);
  }

  write(writer: WireWriter, value: Partial<T>): void {
    const given = value as { readonly [name: string]: unknown };
    for (const [name, { number, codec }] of this.entries) {
      const one = given[name];
      if (one !== undefined) codec.write(writer, number, one);
    }
  }

  /** @throws MalformedMessage */
  decode(data: Uint8Array): T {
    return this.read(new WireReader(data));
  }

  read(reader: WireReader): T {
    const value: { [name: string]: unknown } = {};
    for (const [name, { codec }] of this.entries) value[name] = codec.initial();
    while (!reader.done) {
      const tag = reader.uint32();
      const entry = this.byNumber[tag >>> 3];
      if (entry === undefined) reader.skip(tag & 7);
      else value[entry[0]] = entry[1].codec.read(reader, tag & 7, value[entry[0]]);
    }
    return value as T;
  }
}

export const message = <F extends Fields>(fields: F): Message<F> => new Message<F>(fields);

/** google.protobuf.Timestamp */
export const Timestamp = message({ seconds: field(1, int64), nanos: field(2, int32) });
export type Timestamp = MessageOf<typeof Timestamp>;
/** google.protobuf.Duration */
export const Duration = message({ seconds: field(1, int64), nanos: field(2, int32) });
export type Duration = MessageOf<typeof Duration>;
/** google.protobuf.Empty */
export const Empty = message({});
/** google.protobuf.FieldMask */
export const FieldMask = message({ paths: field(1, repeated(string)) });

export const timestampOf = (epochMillis: number): Timestamp => ({
  seconds: Math.floor(epochMillis / 1000),
  nanos: (((epochMillis % 1000) + 1000) % 1000) * 1_000_000,
});
export const millisOf = (time: { readonly seconds: number; readonly nanos: number }): number =>
  time.seconds * 1000 + Math.floor(time.nanos / 1_000_000);

function asScalar<T>(of: Scalar<T> | Message<Fields, T>): Scalar<T> {
  if (!(of instanceof Message)) return of;
  const nested: Message<Fields, T> = of;
  return {
    wireType: WireType.bytes,
    get zero() {
      return nested.decode(new Uint8Array(0));
    },
    isZero: () => false,
    write: (writer, value) => {
      writer.message((inner) => nested.write(inner, value));
    },
    read: (reader) => nested.read(reader.message()),
  };
}

function expecting(reader: WireReader, wanted: WireType, found: number): WireReader {
  if (found !== wanted) throw new MalformedMessage(`a field has wire type ${found} where ${wanted} belongs`);
  return reader;
}
