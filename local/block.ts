/** Blocks of Terraform's JSON: cdk.tf.json writes one that occurs once as an object or as a list of one. */

type Block = { readonly [name: string]: unknown };

/** The only block, or the first; undefined where there is none. */
export const blockOf = (value: unknown): Block | undefined => blocksOf(value)[0];

/** A block that may occur more than once. */
export const blocksOf = (value: unknown): readonly Block[] =>
  [value].flat().filter((one): one is Block => typeof one === "object" && one !== null);
