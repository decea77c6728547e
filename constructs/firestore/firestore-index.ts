import {
  FirestoreIndex as FirestoreIndexResource,
  type FirestoreIndexConfig,
} from "@cdktf/provider-google/lib/firestore-index";
import { Construct } from "constructs";
import { make } from "../core/make";
import type { Overridable } from "../core/overridable";
import { check, type Rules } from "../core/rules";
import type { AnyFirestoreDatabase } from "./database";
import { collectionRule, pathFault } from "./field-paths";

/** A field of an index, and what it is looked up for. */
export type IndexedField =
  | { readonly field: string; readonly order: "ascending" | "descending" }
  /** Lists that contain a value. */
  | { readonly field: string; readonly contains: true }
  /** Vectors that are near another one, of so many numbers: 1 to 2048. */
  | { readonly field: string; readonly nearest: number };

/** What only the Enterprise edition has (density, multikey) is left to `overrides`. */
export interface FirestoreIndexProps extends Overridable<FirestoreIndexConfig> {
  readonly database: AnyFirestoreDatabase;
  readonly collection: string;
  /** In the order of the query: first what is compared to a value, then what it is ordered by. At most 100. */
  readonly fields: readonly IndexedField[];
  /**
   * "group": all collections of this name, wherever they are.
   * @default "collection"
   */
  readonly scope?: "collection" | "group";
}

const page = "https://cloud.google.com/firestore/docs/query-data/indexing";
const MOST = 100;
const DIMENSIONS = 2_048;

const rules: Rules<FirestoreIndexProps> = [
  collectionRule,
  {
    id: "fields-count",
    reads: ["fields"],
    page,
    broken({ fields }) {
      if (fields.length > MOST) return `fields has ${fields.length} fields: Firestore takes ${MOST} in an index`;
      if (fields.length > 1 || fields.some((one) => "nearest" in one)) return undefined;
      return `fields has ${fields.length === 0 ? "none" : "one"}: Firestore has an index of each single field by itself. Say what is special about one with FirestoreField`;
    },
  },
  {
    id: "fields-form",
    reads: ["fields"],
    page: "https://cloud.google.com/firestore/quotas#collections_documents_and_fields",
    broken({ fields }) {
      for (const [index, { field }] of fields.entries()) {
        const fault = pathFault(field);
        if (fault !== undefined) return `fields has "${field}": ${fault}`;
        if (fields.findIndex((other) => other.field === field) < index) return `fields has ${field} twice`;
      }
      return undefined;
    },
  },
  {
    id: "fields-kinds",
    reads: ["fields"],
    page,
    broken({ fields }) {
      if (fields.filter((one) => "contains" in one).length > 1) {
        return "fields has two lists (contains): Firestore takes one in an index";
      }
      const vectors = fields.filter((one) => "nearest" in one);
      const [vector] = vectors;
      if (vector === undefined) return undefined;
      if (vectors.length > 1 || fields.at(-1) !== vector)
        return `fields has a vector (nearest) that is not the last one: ${vector.field}`;
      if (Number.isInteger(vector.nearest) && vector.nearest >= 1 && vector.nearest <= DIMENSIONS) return undefined;
      return `fields has ${vector.field} with vectors of ${vector.nearest}: Firestore takes 1 to ${DIMENSIONS}`;
    },
  },
];

/**
 * What a query needs that looks at several fields. Another list of fields is another index, which takes a while to be
 * built; without it the query fails.
 * @throws InvalidProps
 * @see https://cloud.google.com/firestore/docs/query-data/index-overview
 */
export class FirestoreIndex extends Construct {
  readonly resource: FirestoreIndexResource;

  constructor(scope: Construct, id: string, props: FirestoreIndexProps) {
    super(scope, id);
    check(this, props, rules);
    const { database, collection, fields, scope: queries = "collection", overrides } = props;
    this.resource = make(this, "resource", FirestoreIndexResource, `${database.key}-${id}`, {
      project: database.project,
      database: database.name,
      collection,
      queryScope: queries === "group" ? "COLLECTION_GROUP" : "COLLECTION",
      fields: fields.map(fieldOf),
      ...overrides,
    });
  }
}

function fieldOf(one: IndexedField) {
  const fieldPath = one.field;
  if ("order" in one) return { fieldPath, order: one.order.toUpperCase() };
  if ("contains" in one) return { fieldPath, arrayConfig: "CONTAINS" };
  return { fieldPath, vectorConfig: { dimension: one.nearest, flat: {} } };
}
