import type { Construct } from "constructs";
import { Bucket, CloudRunService, ServiceAccount, withoutRule, type AnyTopic } from "../../constructs";
import { EventTrigger } from "../../constructs/eventarc";
import type { FirestoreDatabase } from "../../constructs/firestore";
import { CloudFunction } from "../../constructs/functions";
import { handler, sized, source } from "./images";

/** A file that comes is copied in upper case, by a function; into another bucket, so that it is never called for its copy. */
export function fileProcessing(scope: Construct): Bucket {
  const uploads = new Bucket(scope, "uploads", { name: "my-upload-bucket" });
  const processed = new Bucket(scope, "processed", { name: "processed-files" });
  const processFile = new CloudFunction(scope, "process-file", {
    ...sized,
    source: source("process-file"),
    entryPoint: "processFile",
    trigger: { bucket: uploads, events: ["finalized"] },
    env: { ...sized.env, UPLOADS: uploads.name, PROCESSED: processed.name },
  });
  uploads.grantRead(processFile.identity, { why: "reads what came" });
  // A file that comes again replaces its copy, which whoever only creates may not.
  processed.grantReadWrite(processFile.identity, { why: "writes the copy" });
  return uploads;
}

/** What happens in Google Cloud, of four kinds, is told to one service, which knows them by their types. */
export function cloudEvents(
  scope: Construct,
  {
    uploads,
    database,
    notices,
  }: { readonly uploads: Bucket; readonly database: FirestoreDatabase; readonly notices: AnyTopic },
): CloudRunService {
  const processFiles = new CloudRunService(scope, "process-files", {
    image: handler("process-files"),
    // Eventarc counts as internal.
    ingress: "internal",
    env: { DATABASE: database.path },
  });
  database.grantWrite(processFiles.identity, { why: "keeps the index of files" });
  new EventTrigger(scope, "storage-trigger", { on: { bucket: uploads, event: "finalized" }, to: processFiles });
  new EventTrigger(scope, "storage-deleted-trigger", { on: { bucket: uploads, event: "deleted" }, to: processFiles });
  const ofNotices = new EventTrigger(scope, "pubsub-trigger", { on: { topic: notices }, to: processFiles });
  withoutRule(ofNotices, "trigger-dead-letters", "a notice that is lost is followed by another one");
  new EventTrigger(scope, "bigquery-job-trigger", {
    on: { audit: { service: "bigquery.googleapis.com", method: "google.cloud.bigquery.v2.JobService.InsertJob" } },
    to: processFiles,
  });
  return processFiles;
}

/** The index of files: whoever may asks for a file, whoever watches is told of a change, and once a day it is counted. */
export function fileIndex(
  scope: Construct,
  { database, notices }: { readonly database: FirestoreDatabase; readonly notices: AnyTopic },
): void {
  const env = { ...sized.env, DATABASE: database.path };
  const lookup = new CloudFunction(scope, "lookup-file", {
    ...sized,
    source: source("lookup-file"),
    entryPoint: "lookupFile",
    trigger: { http: "private" },
    // Whoever was granted it may be anywhere.
    ingress: "all",
    env,
  });
  const client = new ServiceAccount(scope, "files client", { name: "file-client" });
  lookup.grantInvoke(client, { why: "asks for files" });
  const count = new CloudFunction(scope, "count-files", {
    ...sized,
    source: source("count-files"),
    entryPoint: "countFiles",
    trigger: { cron: "0 3 * * *" },
    env,
  });
  for (const { identity } of [lookup, count]) database.grantRead(identity, { why: "reads the index of files" });
  const sync = new CloudFunction(scope, "sync-file", {
    ...sized,
    source: source("sync-file"),
    entryPoint: "syncFile",
    trigger: { document: "files/{file}", event: "written", database },
    env: { ...sized.env, PUBLISH_TO: notices.path },
  });
  notices.grantPublish(sync.identity, { why: "tells of files that change" });
}
