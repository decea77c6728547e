import type { Examples } from "./examples";
import { examples as bigquery } from "./bigquery/examples";
import { examples as artifactRegistry } from "./artifact-registry/examples";
import { examples as cloudRun } from "./cloud-run/examples";
import { examples as bigtable } from "./bigtable/examples";
import { examples as dataJourney } from "./data-journey/examples";
import { examples as dataflow } from "./dataflow/examples";
import { examples as eventarc } from "./eventarc/examples";
import { examples as firestore } from "./firestore/examples";
import { examples as functions } from "./functions/examples";
import { examples as iam } from "./iam/examples";
import { examples as kms } from "./kms/examples";
import { examples as monitoring } from "./monitoring/examples";
import { examples as network } from "./network/examples";
import { examples as pubsub } from "./pubsub/examples";
import { examples as scheduler } from "./scheduler/examples";
import { examples as secretManager } from "./secret-manager/examples";
import { examples as storage } from "./storage/examples";
import { examples as tasks } from "./tasks/examples";
import { examples as workflows } from "./workflows/examples";

/** Of every construct, by the folder of its service. */
export const allExamples: { readonly [service: string]: Examples } = {
  "artifact-registry": artifactRegistry,
  bigquery,
  bigtable,
  "cloud-run": cloudRun,
  "data-journey": dataJourney,
  dataflow,
  eventarc,
  firestore,
  functions,
  iam,
  kms,
  monitoring,
  network,
  pubsub,
  scheduler,
  "secret-manager": secretManager,
  storage,
  tasks,
  workflows,
};
