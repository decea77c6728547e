import { expect, test } from "vitest";
import { ArtifactRegistry } from "../../../constructs/artifact-registry/artifact-registry";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { Table } from "../../../constructs/bigquery/table";
import { CloudRunService } from "../../../constructs/cloud-run/cloud-run-service";
import { WorkerPool } from "../../../constructs/cloud-run/worker-pool";
import { ContainerImage } from "../../../constructs/core/image";
import { Topic } from "../../../constructs/pubsub/topic";
import { Bucket } from "../../../constructs/storage/bucket";
import { string } from "../../../pipeline/schema/field";
import { IMAGE, templateOf } from "../support";

const encryptionKey = "projects/acme-keys/locations/europe-west1/keyRings/data/cryptoKeys/main";
const image = ContainerImage.fromRegistry(IMAGE);

test("one key of the stage encrypts everything that holds data", () => {
  const template = templateOf(
    (stack) => {
      new Topic(stack, "clicks");
      new Table(stack, "rows", { dataset: new Dataset(stack, "events"), columns: { data: string() } });
      new Bucket(stack, "files");
      new CloudRunService(stack, "service", { image });
      new WorkerPool(stack, "worker", { image });
      new ArtifactRegistry(stack, "images");
    },
    { encryptionKey, projectNumber: "123456789012" },
  );
  expect(template.resource("google_pubsub_topic.clicks")).toMatchObject({ kms_key_name: encryptionKey });
  expect(template.resource("google_bigquery_dataset.events")).toMatchObject({
    default_encryption_configuration: { kms_key_name: encryptionKey },
  });
  expect(template.resource("google_bigquery_table.events-rows")).toMatchObject({
    encryption_configuration: { kms_key_name: encryptionKey },
  });
  expect(template.resource("google_storage_bucket.files")).toMatchObject({
    encryption: { default_kms_key_name: encryptionKey },
  });
  for (const address of ["google_cloud_run_v2_service.service", "google_cloud_run_v2_worker_pool.worker"]) {
    expect(template.resource(address)).toMatchObject({ template: { encryption_key: encryptionKey } });
  }
  expect(template.resource("google_artifact_registry_repository.images")).toMatchObject({
    kms_key_name: encryptionKey,
  });
});

test("the services that encrypt may use the key, and nothing is made before they are obeyed", () => {
  const template = templateOf((stack) => [new Topic(stack, "clicks"), new Topic(stack, "orders")], { encryptionKey });
  const grant = "main-cloudkms-cryptoKeyEncrypterDecrypter-pubsub-agent";
  expect(template.allResources("google_kms_crypto_key_iam_member")).toMatchObject({
    [grant]: { crypto_key_id: encryptionKey, role: "roles/cloudkms.cryptoKeyEncrypterDecrypter" },
  });
  expect(template.resource("time_sleep.encryption-by-pubsub")).toMatchObject({
    create_duration: "60s",
    depends_on: [`google_kms_crypto_key_iam_member.${grant}`],
  });
  for (const topic of ["clicks", "orders"]) {
    expect(template.resource(`google_pubsub_topic.${topic}`)["depends_on"]).toContain(
      "time_sleep.encryption-by-pubsub",
    );
  }
});

test("without a key, nothing is said of encryption", () => {
  const template = templateOf((stack) => new Topic(stack, "clicks"));
  expect(template.resource("google_pubsub_topic.clicks")).not.toHaveProperty("kms_key_name");
});
