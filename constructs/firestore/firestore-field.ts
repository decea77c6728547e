import {
  FirestoreField as FirestoreFieldResource,
  type FirestoreFieldConfig,
} from "@cdktf/provider-google/lib/firestore-field";
import { Construct } from "constructs";
import { make } from "../core/make";
import type { Overridable } from "../core/overridable";
import { check, type Rules } from "../core/rules";
import type { AnyFirestoreDatabase } from "./database";
import { collectionRule, pathFault } from "./field-paths";

/** An index of one field. */
export type FieldIndex = (
  | { readonly order: "ascending" | "descending" }
  /** Lists that contain a value. */
  | { readonly contains: true }
) & {
  /** "group": all collections of this name, wherever they are. @default "collection" */
  readonly scope?: "collection" | "group";
};

/** In place of what Firestore does with each field by itself: an ascending and a descending index, and one of lists. */
type Exemption =
  | {
      /** Documents are deleted, within a day or so, when the time in this field is over. @default false */
      readonly expires: true;
      /** @default as Firestore does. "none" for a field that is written much and never asked for: each index is a write */
      readonly indexes?: "none" | readonly FieldIndex[];
    }
  | { readonly expires?: boolean; readonly indexes: "none" | readonly FieldIndex[] };

export type FirestoreFieldProps = Exemption &
  Overridable<FirestoreFieldConfig> & {
    readonly database: AnyFirestoreDatabase;
    readonly collection: string;
    /** "expires_at", "customer.address"; "*" is all fields of the collection. */
    readonly field: string;
  };

const rules: Rules<FirestoreFieldProps> = [
  collectionRule,
  {
    id: "field-form",
    reads: ["field"],
    page: "https://cloud.google.com/firestore/quotas#collections_documents_and_fields",
    broken({ field }) {
      const fault = field === "*" ? undefined : pathFault(field);
      return fault && `field is "${field}": ${fault}`;
    },
  },
  {
    id: "expires-field",
    reads: ["field", "expires"],
    page: "https://cloud.google.com/firestore/docs/ttl",
    broken: ({ field, expires = false }) =>
      expires && field === "*" ? `field is "*": one field has the time at which a document expires` : undefined,
  },
  {
    id: "indexes-twice",
    reads: ["indexes"],
    page: "https://cloud.google.com/firestore/docs/query-data/indexing#exemptions",
    broken({ indexes }) {
      const all =
        indexes === undefined || indexes === "none" ? [] : indexes.map((index) => JSON.stringify(indexOf(index)));
      const twice = all.find((index, at) => all.indexOf(index) < at);
      return twice && `indexes has ${twice} twice`;
    },
  },
];

/**
 * What is special about one field: documents that expire by it, and which indexes it has.
 * @throws InvalidProps
 * @see https://cloud.google.com/firestore/docs/ttl
 */
export class FirestoreField extends Construct {
  readonly resource: FirestoreFieldResource;

  constructor(scope: Construct, id: string, props: FirestoreFieldProps) {
    super(scope, id);
    check(this, props, rules);
    const { database, collection, field, expires = false, indexes, overrides } = props;
    this.resource = make(this, "resource", FirestoreFieldResource, `${database.key}-${id}`, {
      project: database.project,
      database: database.name,
      collection,
      field,
      ttlConfig: expires ? {} : undefined,
      indexConfig: indexes && (indexes === "none" ? {} : { indexes: indexes.map(indexOf) }),
      ...overrides,
    });
  }
}

function indexOf({ scope, ...kind }: FieldIndex) {
  return {
    queryScope: scope === "group" ? "COLLECTION_GROUP" : "COLLECTION",
    ...("order" in kind ? { order: kind.order.toUpperCase() } : { arrayConfig: "CONTAINS" }),
  };
}
