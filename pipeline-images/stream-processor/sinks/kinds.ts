import type { OutputBinding } from "../../../pipeline/bindings";
import { bigtableSink } from "./bigtable/bigtable-sink";
import { firestoreSink } from "./firestore/firestore-sink";
import { filesSink } from "./files/files-sink";
import { ownSinks } from "./own-sinks";
import type { SinkKind } from "./sink";
import { tableSink } from "./table-sink";
import { tablesSink } from "./tables-sink";
import { topicSink } from "./topic-sink";
import { upsertSink } from "./upsert-sink";

/** The kind of sink that a binding asks for. @throws Error where the processor has none */
export function sinkKind(binding: OutputBinding): SinkKind<OutputBinding> {
  if ("topic" in binding) return topicSink;
  if ("tables" in binding) return tablesSink;
  if ("table" in binding) return binding.write === "upsert" ? upsertSink : tableSink;
  if ("files" in binding) return filesSink;
  if ("bigtable" in binding) return bigtableSink;
  if ("documents" in binding) return firestoreSink;
  const own = ownSinks.get(binding.sink);
  if (own !== undefined) return own;
  throw new Error(`no sink takes rows for ${JSON.stringify(binding)}`);
}

/** What rows go to, by name. @throws Error where the processor has no such kind of sink, or the binding names nothing */
export const sinkName = (binding: OutputBinding): string => sinkKind(binding).name(binding);
