/** Writes objects, four at a time, and prints the name of each that is there, until it is killed. */
import { systemClock } from "../../../../local/clock";
import { ObjectStore } from "../../../../local/services/storage/store";

async function write(store: ObjectStore, worker: number): Promise<never> {
  for (let turn = 0; ; turn++) {
    const name = `${worker}-${turn}`;
    const content = await store.receiveAll("acme-data", [Buffer.from(name.repeat(1000))]);
    await store.commit("acme-data", name, content, {});
    process.stdout.write(`${name}\n`);
  }
}

async function main(): Promise<void> {
  const store = new ObjectStore(process.argv[2] as string, systemClock);
  await store.createBucket("acme-data", {});
  await Promise.all([0, 1, 2, 3].map((worker) => write(store, worker)));
}

void main();
