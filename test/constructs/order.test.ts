import { Testing } from "cdktf";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Dataset } from "../../constructs/bigquery/dataset";
import { Table } from "../../constructs/bigquery/table";
import { CloudRunService } from "../../constructs/cloud-run/cloud-run-service";
import { WorkerPool } from "../../constructs/cloud-run/worker-pool";
import { withoutRule } from "../../constructs/core/rules";
import { ContainerImage } from "../../constructs/core/image";
import { GcpStack } from "../../constructs/core/stack";
import { FlexTemplate } from "../../constructs/dataflow/flex-template";
import { FlexTemplateJob } from "../../constructs/dataflow/flex-template-job";
import { ServiceAccount } from "../../constructs/iam/service-account";
import { Network } from "../../constructs/network/network";
import { BigQuerySubscription } from "../../constructs/pubsub/bigquery-subscription";
import { DeadLetters } from "../../constructs/pubsub/dead-letters";
import { PullSubscription } from "../../constructs/pubsub/pull-subscription";
import { PushSubscription } from "../../constructs/pubsub/push-subscription";
import { Topic } from "../../constructs/pubsub/topic";
import { Bucket } from "../../constructs/storage/bucket";
import { Template } from "../../constructs/testing/template";
import { circleIn, dependenciesOf } from "./dependencies";
import { IMAGE, settings } from "./support";
import { nullable, string } from "./support-pipeline";

/** What a random stack is built of: made once, and then connected at random. */
function parts(stack: GcpStack) {
  const dataset = new Dataset(stack, "dataset");
  const bucket = new Bucket(stack, "bucket");
  const image = ContainerImage.fromRegistry(IMAGE);
  return {
    image,
    bucket,
    accounts: three((n) => new ServiceAccount(stack, `account-${n}`)),
    topics: three((n) => new Topic(stack, `topic-${n}`)),
    tables: three((n) => new Table(stack, `table-${n}`, { dataset, columns: { data: nullable(string()) } })),
    deadLetters: new DeadLetters(stack, "dead-letters"),
    network: new Network(stack, "network"),
    template: new FlexTemplate(stack, "template", {
      image,
      bucket,
      object: "template.json",
      sdk: { language: "java" },
      mode: "streaming",
      parameters: [],
    }),
    services: [] as CloudRunService[],
  };
}

const three = <T>(make: (n: number) => T): [T, T, T] => [make(0), make(1), make(2)];
const [FIRST, SECOND] = [0, 1];
type Parts = ReturnType<typeof parts>;
/** One step of building: its kind, and two of the parts that it connects. */
type Step = readonly [kind: keyof typeof steps, one: number, other: number];

const steps = {
  service(stack: GcpStack, { services, accounts, image }: Parts, id: string, one: number) {
    services.push(new CloudRunService(stack, id, { image, identity: accounts[one] }));
  },
  workerPool(stack: GcpStack, { accounts, image }: Parts, id: string, one: number) {
    new WorkerPool(stack, id, { image, identity: accounts[one] });
  },
  job(stack: GcpStack, { bucket, network, template, accounts }: Parts, id: string, one: number) {
    new FlexTemplateJob(stack, id, { bucket, network, template, parameters: {}, identity: accounts[one], graph: id });
  },
  push(stack: GcpStack, { services, topics, accounts, deadLetters }: Parts, id: string, one: number, other: number) {
    const to = services.at(-1);
    const topic = topics[one] as Topic;
    if (to) new PushSubscription(stack, id, { topic, to, as: accounts[other], deadLetters });
  },
  pull(stack: GcpStack, { topics, accounts, deadLetters }: Parts, id: string, one: number, other: number) {
    const pull = new PullSubscription(stack, id, {
      topic: topics[one] as Topic,
      deadLetters: other === FIRST ? deadLetters : undefined,
    });
    pull.grantSubscribe(accounts[other] as ServiceAccount);
  },
  bigQuery(stack: GcpStack, { topics, tables, deadLetters }: Parts, id: string, one: number, other: number) {
    new BigQuerySubscription(stack, id, { topic: topics[one] as Topic, table: tables[other] as Table, deadLetters });
  },
  publish(_stack: GcpStack, { topics, accounts }: Parts, _id: string, one: number, other: number) {
    topics[one]?.grantPublish(accounts[other] as ServiceAccount);
  },
  write(_stack: GcpStack, { tables, accounts }: Parts, _id: string, one: number, other: number) {
    tables[one]?.grantWrite(accounts[other] as ServiceAccount);
  },
  files(_stack: GcpStack, { bucket, accounts }: Parts, _id: string, one: number, other: number) {
    const account = accounts[one] as ServiceAccount;
    if (other === FIRST) bucket.grantRead(account);
    else bucket.grantReadWrite(account);
  },
  invoke(_stack: GcpStack, { services, accounts }: Parts, _id: string, one: number, other: number) {
    services.at(other === SECOND ? 0 : -1)?.grantInvoke(accounts[one] as ServiceAccount);
  },
  impersonate(_stack: GcpStack, { accounts }: Parts, _id: string, one: number, other: number) {
    accounts[one]?.grantTokenCreator(accounts[other] as ServiceAccount);
  },
};

const aStep: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom(...(Object.keys(steps) as (keyof typeof steps)[])),
  fc.nat(2),
  fc.nat(2),
);
const aSetting = fc.record({
  propagation: fc.constantFrom("60s" as const, "none" as const),
  apis: fc.constantFrom("enable" as const, "assume" as const),
  projectNumber: fc.constant("123456789012"),
  encryptionKey: fc.constantFrom(undefined, "projects/k/locations/europe-west1/keyRings/r/cryptoKeys/c"),
  removal: fc.constantFrom("keep" as const, "destroy" as const),
});

test("whoever is granted what: nothing waits for itself, and all that is waited for is there", () => {
  fc.assert(
    fc.property(aSetting, fc.array(aStep, { minLength: 5, maxLength: 30 }), (more, sequence) => {
      const stack = new GcpStack(Testing.app({ stackTraces: false }), "test", { ...settings, ...more });
      withoutRule(stack, "pipeline-dead-letters", "random");
      const made = parts(stack);
      sequence.forEach(([kind, one, other], index) =>
        steps[kind](stack, made, `${kind.toLowerCase()}-${index}`, one, other),
      );
      const dependencies = dependenciesOf(Template.fromStack(stack));
      expect(circleIn(dependencies)).toBeUndefined();
      const missing = [...dependencies.values()].flat().filter((address) => !dependencies.has(address));
      expect(missing).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
