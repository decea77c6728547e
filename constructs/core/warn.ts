import { AnnotationMetadataEntryType } from "cdktf";
import type { IConstruct } from "constructs";

/** A warning of cdktf's, which its command line prints. Said once, though a stack may be validated several times. */
export function warn(at: IConstruct, sentence: string): void {
  if (!at.node.metadata.some(({ data }) => data === sentence)) {
    // Not by Annotations, which takes a stack trace of each: it costs, and has paths of this machine in it.
    at.node.addMetadata(AnnotationMetadataEntryType.WARN, sentence);
  }
}
