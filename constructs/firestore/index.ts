/** Firestore: `data-journey/firestore`. */
export { FirestoreDatabase, type AnyFirestoreDatabase } from "./database";
export type { FirestoreDatabaseProps, Weekday } from "./database-props";
export { FirestoreField, type FieldIndex, type FirestoreFieldProps } from "./firestore-field";
export { FirestoreIndex, type FirestoreIndexProps, type IndexedField } from "./firestore-index";
