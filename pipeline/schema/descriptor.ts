/**
 * DescriptorProto: how a message of protobuf says what is in it. The Storage Write API takes one with the rows.
 * Only what concerns rows is here; what else a descriptor holds is passed over.
 * @see https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/descriptor.proto
 */
import * as m from "../protobuf/message";
import { WireType } from "../protobuf/wire";

/** FieldDescriptorProto.Type */
export const ProtoType = {
  double: 1,
  float: 2,
  int64: 3,
  uint64: 4,
  int32: 5,
  fixed64: 6,
  fixed32: 7,
  bool: 8,
  string: 9,
  group: 10,
  message: 11,
  bytes: 12,
  uint32: 13,
  enum: 14,
  sfixed32: 15,
  sfixed64: 16,
  sint32: 17,
  sint64: 18,
} as const;
/** FieldDescriptorProto.Label */
export const ProtoLabel = { optional: 1, required: 2, repeated: 3 } as const;

const FieldOptions = m.message({
  /** The column's name where protobuf cannot have it: an extension of BigQuery's. */
  columnName: m.field(454_943_157, m.string),
});

export const FieldDescriptor = m.message({
  name: m.field(1, m.string),
  number: m.field(3, m.int32),
  label: m.field(4, m.int32),
  type: m.field(5, m.int32),
  typeName: m.field(6, m.string),
  options: m.field(8, m.optional(FieldOptions)),
});
export type FieldDescriptor = m.MessageOf<typeof FieldDescriptor>;

const EnumDescriptor = m.message({
  name: m.field(1, m.string),
  values: m.field(2, m.repeated(m.message({ name: m.field(1, m.string), number: m.field(2, m.int32) }))),
});
export type EnumDescriptor = m.MessageOf<typeof EnumDescriptor>;

export interface Descriptor {
  readonly name: string;
  readonly fields: readonly FieldDescriptor[];
  readonly nested: readonly Descriptor[];
  readonly enums: readonly EnumDescriptor[];
}

/** Descriptors within a descriptor: a table of messages cannot name itself before it is made. */
const nestedDescriptors: m.FieldCodec<readonly Descriptor[]> = {
  initial: () => [],
  write(writer, number, list) {
    for (const one of list) writer.tag(number, WireType.bytes).message((inner) => Descriptor.write(inner, one));
  },
  read: (reader, _, before) => [...before, Descriptor.read(reader.message())],
};

export const Descriptor: m.Message<m.Fields, Descriptor> = m.message({
  name: m.field(1, m.string),
  fields: m.field(2, m.repeated(FieldDescriptor)),
  nested: m.field(3, nestedDescriptors),
  enums: m.field(4, m.repeated(EnumDescriptor)),
});
