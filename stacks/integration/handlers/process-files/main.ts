import { onCloudEvent, serve, type CloudEvent, type Context } from "../../../../handler";
import { remember } from "../../file-index";

/** projects/P/databases/D */
const database = process.env["DATABASE"] ?? "";

/**
 * What happens in Google Cloud, by its type: each event at least once, in any order. A type that nobody said anything
 * about is logged and acknowledged, as it would come again for a day and never be understood.
 */
export const serving = serve({
  "POST /": onCloudEvent((event, context) => (branches[event.type] ?? unknown)(event, context)),
});

type Branch = (event: CloudEvent, context: Context) => void | Promise<void>;

const branches: { readonly [type: string]: Branch } = {
  "google.cloud.storage.object.v1.finalized": ({ data }, { fetch }) =>
    remember(database, { ...objectOf(data), present: true }, fetch),
  "google.cloud.storage.object.v1.deleted": ({ data }, { fetch }) =>
    remember(database, { ...objectOf(data), present: false }, fetch),
  "google.cloud.pubsub.topic.v1.messagePublished": ({ data }, { log }) => {
    const { message } = data as { readonly message: { readonly messageId?: string; readonly attributes?: object } };
    log("INFO", "a notice", { message_id: message.messageId ?? "", ...message.attributes });
  },
  "google.cloud.audit.log.v1.written": ({ data }, { log }) => {
    const { protoPayload: { resourceName = "", metadata = {} } = {} } = data as AuditLog;
    // The log has an entry when a job begins, too.
    if (metadata.jobChange?.after !== "DONE") return;
    const failure = metadata.jobChange.job?.jobStatus?.errorResult?.message;
    log(failure === undefined ? "INFO" : "WARNING", failure ?? "a job is complete", { job: resourceName });
  },
};

const unknown: Branch = ({ id, type }, { log }) => log("WARNING", "an event that nobody expects", { id, type });

/** @see https://cloud.google.com/bigquery/docs/reference/auditlogs/rest/Shared.Types/BigQueryAuditMetadata */
interface AuditLog {
  readonly protoPayload?: {
    readonly resourceName?: string;
    readonly metadata?: {
      readonly jobChange?: {
        readonly after?: string;
        readonly job?: { readonly jobStatus?: { readonly errorResult?: { readonly message?: string } } };
      };
    };
  };
}

function objectOf(data: unknown): { readonly name: string; readonly generation: string } {
  const { name, generation } = data as { readonly [field: string]: unknown };
  if (typeof name === "string" && typeof generation === "string") return { name, generation };
  throw new Error("the event names no object");
}
