/**
 * Google's predefined roles, as far as data journeys use them, and the permissions that matter to what runs here.
 * Permissions that nothing local asks for are left out.
 * @see https://cloud.google.com/iam/docs/roles-permissions
 */
const pubsubViewer = [
  "pubsub.schemas.get",
  "pubsub.schemas.list",
  "pubsub.schemas.listRevisions",
  "pubsub.schemas.validate",
  "pubsub.snapshots.get",
  "pubsub.snapshots.list",
  "pubsub.subscriptions.get",
  "pubsub.subscriptions.list",
  "pubsub.topics.get",
  "pubsub.topics.list",
] as const;
const pubsubSubscriber = [
  "pubsub.snapshots.seek",
  "pubsub.subscriptions.consume",
  "pubsub.topics.attachSubscription",
] as const;
const pubsubEditor = [
  ...pubsubViewer,
  ...pubsubSubscriber,
  "pubsub.schemas.attach",
  "pubsub.schemas.commit",
  "pubsub.schemas.create",
  "pubsub.schemas.delete",
  "pubsub.schemas.rollback",
  "pubsub.snapshots.create",
  "pubsub.snapshots.delete",
  "pubsub.snapshots.update",
  "pubsub.subscriptions.create",
  "pubsub.subscriptions.delete",
  "pubsub.subscriptions.update",
  "pubsub.topics.create",
  "pubsub.topics.delete",
  "pubsub.topics.detachSubscription",
  "pubsub.topics.publish",
  "pubsub.topics.update",
] as const;
const pubsubAdmin = [
  ...pubsubEditor,
  ...["schemas", "snapshots", "subscriptions", "topics"].flatMap((kind) => [
    `pubsub.${kind}.getIamPolicy`,
    `pubsub.${kind}.setIamPolicy`,
  ]),
];

const bigQueryMetadataViewer = [
  "bigquery.datasets.get",
  "bigquery.datasets.getIamPolicy",
  "bigquery.routines.get",
  "bigquery.routines.list",
  "bigquery.tables.get",
  "bigquery.tables.getIamPolicy",
  "bigquery.tables.list",
] as const;
const bigQueryDataViewer = [
  ...bigQueryMetadataViewer,
  "bigquery.tables.createSnapshot",
  "bigquery.tables.export",
  "bigquery.tables.getData",
  "bigquery.tables.replicateData",
] as const;
const bigQueryDataEditor = [
  ...bigQueryDataViewer,
  "bigquery.datasets.create",
  "bigquery.routines.create",
  "bigquery.routines.delete",
  "bigquery.routines.update",
  "bigquery.tables.create",
  "bigquery.tables.delete",
  "bigquery.tables.restoreSnapshot",
  "bigquery.tables.update",
  "bigquery.tables.updateData",
] as const;
const bigQueryDataOwner = [
  ...bigQueryDataEditor,
  "bigquery.datasets.delete",
  "bigquery.datasets.setIamPolicy",
  "bigquery.datasets.update",
  "bigquery.rowAccessPolicies.create",
  "bigquery.rowAccessPolicies.delete",
  "bigquery.rowAccessPolicies.update",
  "bigquery.tables.setIamPolicy",
] as const;
const readSessions = [
  "bigquery.readsessions.create",
  "bigquery.readsessions.getData",
  "bigquery.readsessions.update",
] as const;
const bigQueryJobs = ["bigquery.jobs.get", "bigquery.jobs.listAll", "bigquery.jobs.update", "bigquery.jobs.delete"];

const objectViewer = ["storage.objects.get", "storage.objects.list"] as const;
const uploads = [
  "storage.multipartUploads.abort",
  "storage.multipartUploads.create",
  "storage.multipartUploads.listParts",
] as const;
const objectUser = [
  ...objectViewer,
  ...uploads,
  "storage.multipartUploads.list",
  "storage.objects.create",
  "storage.objects.delete",
  "storage.objects.move",
  "storage.objects.restore",
  "storage.objects.update",
] as const;
const objectAdmin = [
  ...objectUser,
  "storage.objects.getIamPolicy",
  "storage.objects.overrideUnlockedRetention",
  "storage.objects.setIamPolicy",
  "storage.objects.setRetention",
] as const;
const buckets = [
  "storage.buckets.get",
  "storage.buckets.getIamPolicy",
  "storage.buckets.setIamPolicy",
  "storage.buckets.update",
] as const;

const documents = ["datastore.databases.get", "datastore.entities.get", "datastore.entities.list"] as const;
const bigtableReader = ["bigtable.tables.get", "bigtable.tables.list", "bigtable.tables.readRows"] as const;

const runViewer = ["services", "jobs", "workerpools"]
  .flatMap((kind) => [`run.${kind}.get`, `run.${kind}.getIamPolicy`, `run.${kind}.list`])
  .concat("run.executions.get", "run.executions.list", "run.tasks.get", "run.tasks.list")
  .concat("run.operations.get", "run.operations.list");
const runDeveloper = runViewer.concat(
  ["services", "jobs", "workerpools"].flatMap((kind) => [
    `run.${kind}.create`,
    `run.${kind}.delete`,
    `run.${kind}.update`,
  ]),
  "run.jobs.run",
  "run.jobs.runWithOverrides",
  "run.executions.cancel",
  "run.executions.delete",
);
const runAdmin = runDeveloper.concat(
  "run.routes.invoke",
  ["services", "jobs", "workerpools"].map((kind) => `run.${kind}.setIamPolicy`),
);

const openIdToken = ["iam.serviceAccounts.getOpenIdToken"] as const;
const tokenCreator = [
  ...openIdToken,
  "iam.serviceAccounts.get",
  "iam.serviceAccounts.getAccessToken",
  "iam.serviceAccounts.implicitDelegation",
  "iam.serviceAccounts.list",
  "iam.serviceAccounts.signBlob",
  "iam.serviceAccounts.signJwt",
] as const;
const accountViewer = [
  "iam.serviceAccounts.get",
  "iam.serviceAccounts.getIamPolicy",
  "iam.serviceAccounts.list",
] as const;

const dataflowViewer = ["dataflow.jobs.get", "dataflow.jobs.list", "dataflow.messages.list", "dataflow.metrics.get"];
const dataflowDeveloper = dataflowViewer.concat(
  "dataflow.jobs.cancel",
  "dataflow.jobs.create",
  "dataflow.jobs.snapshot",
  "dataflow.jobs.updateContents",
);
const metrics = [
  "monitoring.metricDescriptors.create",
  "monitoring.metricDescriptors.get",
  "monitoring.metricDescriptors.list",
  "monitoring.monitoredResourceDescriptors.get",
  "monitoring.monitoredResourceDescriptors.list",
  "monitoring.timeSeries.create",
] as const;

const catalogue: { readonly [role: string]: readonly string[] } = {
  "roles/pubsub.publisher": ["pubsub.topics.publish"],
  "roles/pubsub.subscriber": pubsubSubscriber,
  "roles/pubsub.viewer": pubsubViewer,
  "roles/pubsub.editor": pubsubEditor,
  "roles/pubsub.admin": pubsubAdmin,
  // Google gives this to Pub/Sub's agent where the API is enabled by hand. A stack grants what it needs itself.
  "roles/pubsub.serviceAgent": tokenCreator,

  "roles/bigquery.metadataViewer": bigQueryMetadataViewer,
  "roles/bigquery.dataViewer": bigQueryDataViewer,
  "roles/bigquery.dataEditor": bigQueryDataEditor,
  "roles/bigquery.dataOwner": bigQueryDataOwner,
  "roles/bigquery.jobUser": ["bigquery.jobs.create"],
  "roles/bigquery.readSessionUser": readSessions,
  "roles/bigquery.user": [
    ...readSessions,
    "bigquery.datasets.create",
    "bigquery.datasets.get",
    "bigquery.datasets.getIamPolicy",
    "bigquery.jobs.create",
    "bigquery.jobs.list",
    "bigquery.routines.list",
    "bigquery.tables.list",
  ],
  "roles/bigquery.admin": [
    ...bigQueryDataOwner,
    ...readSessions,
    ...bigQueryJobs,
    "bigquery.jobs.create",
    "bigquery.jobs.list",
  ],

  "roles/storage.objectViewer": objectViewer,
  "roles/storage.objectCreator": [...uploads, "storage.objects.create"],
  "roles/storage.objectUser": objectUser,
  "roles/storage.objectAdmin": objectAdmin,
  "roles/storage.bucketViewer": ["storage.buckets.get", "storage.buckets.list"],
  "roles/storage.admin": [
    ...objectAdmin,
    ...buckets,
    "storage.buckets.create",
    "storage.buckets.delete",
    "storage.buckets.list",
  ],
  "roles/storage.legacyObjectReader": ["storage.objects.get"],
  "roles/storage.legacyObjectOwner": [
    "storage.objects.get",
    "storage.objects.getIamPolicy",
    "storage.objects.setIamPolicy",
    "storage.objects.update",
  ],
  "roles/storage.legacyBucketReader": ["storage.buckets.get", "storage.multipartUploads.list", "storage.objects.list"],
  "roles/storage.legacyBucketWriter": [
    ...uploads,
    "storage.buckets.get",
    "storage.multipartUploads.list",
    "storage.objects.create",
    "storage.objects.delete",
    "storage.objects.list",
    "storage.objects.restore",
  ],
  "roles/storage.legacyBucketOwner": [
    ...uploads,
    ...buckets,
    "storage.multipartUploads.list",
    "storage.objects.create",
    "storage.objects.delete",
    "storage.objects.list",
    "storage.objects.restore",
  ],

  "roles/datastore.viewer": documents,
  "roles/datastore.user": [
    ...documents,
    "datastore.entities.allocateIds",
    "datastore.entities.create",
    "datastore.entities.delete",
    "datastore.entities.update",
  ],
  "roles/bigtable.reader": bigtableReader,
  "roles/bigtable.user": [...bigtableReader, "bigtable.tables.mutateRows"],

  "roles/run.invoker": ["run.jobs.run", "run.routes.invoke"],
  "roles/run.servicesInvoker": ["run.routes.invoke"],
  "roles/run.jobsExecutor": ["run.executions.cancel", "run.jobs.run"],
  "roles/run.jobsExecutorWithOverrides": ["run.executions.cancel", "run.jobs.run", "run.jobs.runWithOverrides"],
  "roles/run.viewer": runViewer,
  "roles/run.developer": runDeveloper,
  "roles/run.admin": runAdmin,

  "roles/iam.serviceAccountOpenIdTokenCreator": openIdToken,
  "roles/iam.serviceAccountTokenCreator": tokenCreator,
  "roles/iam.serviceAccountUser": ["iam.serviceAccounts.actAs", "iam.serviceAccounts.get", "iam.serviceAccounts.list"],
  "roles/iam.serviceAccountViewer": accountViewer,
  "roles/iam.serviceAccountAdmin": [
    ...accountViewer,
    "iam.serviceAccounts.create",
    "iam.serviceAccounts.delete",
    "iam.serviceAccounts.setIamPolicy",
    "iam.serviceAccounts.update",
  ],
  "roles/iam.workloadIdentityUser": [
    ...openIdToken,
    "iam.serviceAccounts.get",
    "iam.serviceAccounts.getAccessToken",
    "iam.serviceAccounts.list",
  ],

  "roles/dataflow.viewer": dataflowViewer,
  "roles/dataflow.developer": dataflowDeveloper,
  "roles/dataflow.admin": dataflowDeveloper.concat(
    "storage.buckets.get",
    "storage.objects.create",
    "storage.objects.get",
  ),
  "roles/dataflow.worker": [
    "dataflow.jobs.get",
    "logging.logEntries.create",
    "monitoring.timeSeries.create",
    "storage.buckets.get",
    "storage.objects.create",
    "storage.objects.get",
  ],

  "roles/monitoring.metricWriter": metrics,
  "roles/monitoring.viewer": ["monitoring.metricDescriptors.list", "monitoring.timeSeries.list"],
  "roles/logging.logWriter": ["logging.logEntries.create"],
  "roles/logging.viewer": ["logging.logEntries.list", "logging.logs.list"],
  "roles/cloudtrace.agent": ["cloudtrace.traces.patch"],
  "roles/errorreporting.writer": ["errorreporting.errorEvents.create"],
  "roles/artifactregistry.reader": ["artifactregistry.repositories.downloadArtifacts"],
  "roles/artifactregistry.writer": [
    "artifactregistry.repositories.downloadArtifacts",
    "artifactregistry.repositories.uploadArtifacts",
  ],
  "roles/eventarc.eventReceiver": ["eventarc.events.receiveEvent", "eventarc.events.receiveAuditLogWritten"],
  "roles/cloudkms.cryptoKeyEncrypterDecrypter": [
    "cloudkms.cryptoKeyVersions.useToDecrypt",
    "cloudkms.cryptoKeyVersions.useToEncrypt",
  ],
};

const readOnly = /\.(get|list|getData|listAll|getIamPolicy|listRevisions)$/;
const everything = new Set(Object.values(catalogue).flat());
/** The basic roles give much more than a journey should; what is known here of them is enough to run a stack that has them. */
const basic: { readonly [role: string]: ReadonlySet<string> } = {
  "roles/owner": everything,
  "roles/editor": new Set([...everything].filter((permission) => !permission.endsWith("setIamPolicy"))),
  "roles/viewer": new Set([...everything].filter((permission) => readOnly.test(permission))),
};
const sets = new Map(Object.entries(catalogue).map(([role, permissions]) => [role, new Set(permissions)]));
const none: ReadonlySet<string> = new Set();

/** The permissions of a predefined role; none for one that is not known here. */
export function rolePermissions(role: string): ReadonlySet<string> {
  return sets.get(role) ?? basic[role] ?? none;
}

export function isKnownRole(role: string): boolean {
  return sets.has(role) || role in basic;
}

/** Predefined roles that have a permission, the ones that give least first. */
export function rolesWith(permission: string): string[] {
  return [...sets]
    .filter(([, permissions]) => permissions.has(permission))
    .toSorted(([, a], [, b]) => a.size - b.size)
    .map(([role]) => role);
}
