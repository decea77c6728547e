import { Annotations } from "cdktf";
import type { IConstruct } from "constructs";

/** A warning of cdktf's, which its command line prints. Said once, though a stack may be validated several times. */
export function warn(at: IConstruct, sentence: string): void {
  if (!at.node.metadata.some(({ data }) => data === sentence)) Annotations.of(at).addWarning(sentence);
}
