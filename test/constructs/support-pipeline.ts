/** The language's words that tests of constructs use. */
export { float, integer, nullable, record, repeated, string, timestamp } from "../../pipeline/schema/field";
export { schema } from "../../pipeline/schema/schema";
