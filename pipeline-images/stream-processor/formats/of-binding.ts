import type { FileFormat } from "../../../pipeline/bindings";
import { avro } from "./avro";
import { csv } from "./csv";
import type { Format } from "./format";
import { jsonLines } from "./json-lines";
import { parquet } from "./parquet";
import { text } from "./text";

export function formatOf(format: FileFormat): Format {
  switch (format.type) {
    case "json-lines":
      return jsonLines;
    case "csv":
      return csv(format);
    case "text":
      return text(format.skipLines);
    case "avro":
      return avro;
    case "parquet":
      return parquet;
  }
}
