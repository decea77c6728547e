import { createHash } from "node:crypto";
import { timestampOf } from "../../../../pipeline/protobuf/message";
import { CloudError } from "../../../errors";
import type { Clock } from "../../../service";
import { Encoding, PubsubMessage, type SchemaSettings } from "../api/messages";
import { type Schema, SchemaType } from "../api/schema-messages";
import type { Ledger } from "../ledger";
import type { IncomingMessage } from "../message";
import { alreadyExists, checkName, DELETED_SCHEMA, notFound } from "../names";
import { avroSchema } from "./avro-schema";
import { BadDefinition, type CompiledSchema, type FieldValues, SchemaMismatch } from "./compiled";
import { protoSchema } from "./proto-schema";

/** Pub/Sub keeps at most so many revisions of a schema. */
const MOST_REVISIONS = 20;

interface Revision {
  readonly config: Schema;
  readonly compiled: CompiledSchema;
}

/**
 * Schemas with their revisions, and the check of messages by them.
 * @see https://cloud.google.com/pubsub/docs/schemas
 */
export class Schemas {
  private readonly all = new Map<string, Revision[]>();

  constructor(
    private readonly clock: Clock,
    private readonly ledger: Pick<Ledger, "schema" | "schemaDeleted">,
    kept: readonly Schema[] = [],
  ) {
    for (const config of kept) this.add(config);
  }

  /** The latest revision. */
  get(name: string): Schema {
    return (this.revisions(name).at(-1) as Revision).config;
  }

  list(): Schema[] {
    return [...this.all.keys()].map((name) => this.get(name));
  }

  create(given: Pick<Schema, "name" | "type" | "definition">): Schema {
    checkName("schemas", given.name);
    if (this.all.has(given.name)) throw alreadyExists(given.name);
    return this.record(given);
  }

  /** A new revision. */
  commit(given: Pick<Schema, "name" | "type" | "definition">): Schema {
    const revisions = this.revisions(given.name);
    if (given.type !== this.get(given.name).type) {
      throw new CloudError("INVALID_ARGUMENT", "A revision must have the type that the schema has.");
    }
    if (revisions.length >= MOST_REVISIONS) {
      throw new CloudError("FAILED_PRECONDITION", "Already at maximum number of schema revisions");
    }
    return this.record(given);
  }

  delete(name: string): void {
    this.revisions(name);
    this.all.delete(name);
    this.ledger.schemaDeleted(name);
  }

  /** Every revision, in order. */
  kept(): Schema[] {
    return [...this.all.values()].flatMap((revisions) => revisions.map(({ config }) => config));
  }

  fieldNames(name: string): readonly string[] {
    return (this.revisions(name).at(-1) as Revision).compiled.fields;
  }

  /**
   * Messages of a topic with a schema, marked as Pub/Sub marks them.
   * @throws CloudError INVALID_ARGUMENT for data that no revision in the topic's range takes
   */
  checked(settings: SchemaSettings, messages: readonly IncomingMessage[]): IncomingMessage[] {
    return messages.map(({ encoded, orderingKey }) => {
      const { revision } = this.match(settings, PubsubMessage.decode(encoded).data);
      const marks = PubsubMessage.encode({
        attributes: {
          googclient_schemaencoding: settings.encoding === Encoding.json ? "JSON" : "BINARY",
          googclient_schemaname: settings.schema,
          googclient_schemarevisionid: revision,
        },
      });
      return { encoded: Buffer.concat([encoded, marks]), orderingKey };
    });
  }

  /** The fields of one message. */
  read(settings: SchemaSettings, data: Uint8Array): FieldValues {
    return this.match(settings, data).values;
  }

  private match(settings: SchemaSettings, data: Uint8Array): { revision: string; values: FieldValues } {
    if (settings.schema === DELETED_SCHEMA) {
      throw new CloudError("FAILED_PRECONDITION", "Schema associated with topic deleted.");
    }
    let mismatch: SchemaMismatch | undefined;
    for (const { config, compiled } of this.inRange(settings).toReversed()) {
      try {
        return { revision: config.revisionId, values: readAs(compiled, data, settings.encoding) };
      } catch (error) {
        if (!(error instanceof SchemaMismatch)) throw error;
        mismatch ??= error;
      }
    }
    throw new CloudError(
      "INVALID_ARGUMENT",
      `Invalid data in message: Message failed schema validation: ${mismatch?.message ?? "no revision is in range"}`,
    );
  }

  private inRange({ schema, firstRevisionId, lastRevisionId }: SchemaSettings): readonly Revision[] {
    const revisions = this.revisions(schema);
    const at = (id: string, otherwise: number): number => {
      const found = revisions.findIndex(({ config }) => config.revisionId === id);
      return found < 0 ? otherwise : found;
    };
    return revisions.slice(at(firstRevisionId, 0), at(lastRevisionId, revisions.length - 1) + 1);
  }

  private revisions(name: string): Revision[] {
    const revisions = this.all.get(name);
    if (revisions === undefined) throw notFound(name);
    return revisions;
  }

  private record({ name, type, definition }: Pick<Schema, "name" | "type" | "definition">): Schema {
    const now = this.clock.now();
    const count = this.all.get(name)?.length ?? 0;
    const revisionId = createHash("sha256").update(`${name}@${count}@${now}@${definition}`).digest("hex").slice(0, 8);
    const config = { name, type, definition, revisionId, revisionCreateTime: timestampOf(now) };
    this.add(config);
    this.ledger.schema(config);
    return config;
  }

  private add(config: Schema): void {
    const revision = { config, compiled: compileSchema(config) };
    this.all.set(config.name, [...(this.all.get(config.name) ?? []), revision]);
  }
}

/** @throws CloudError INVALID_ARGUMENT that says where the definition is wrong */
export function compileSchema({ type, definition }: Pick<Schema, "type" | "definition">): CompiledSchema {
  try {
    if (type === SchemaType.protobuf) return protoSchema(definition);
    if (type === SchemaType.avro) return avroSchema(definition);
  } catch (error) {
    if (!(error instanceof BadDefinition)) throw error;
    throw new CloudError("INVALID_ARGUMENT", `Could not parse schema definition: ${error.message}`);
  }
  throw new CloudError("INVALID_ARGUMENT", "A schema's type must be PROTOCOL_BUFFER or AVRO.");
}

/** @throws SchemaMismatch */
export function readAs(compiled: CompiledSchema, data: Uint8Array, encoding: number): FieldValues {
  return encoding === Encoding.binary
    ? compiled.readBinary(data)
    : compiled.readJson(Buffer.from(data).toString("utf8"));
}
