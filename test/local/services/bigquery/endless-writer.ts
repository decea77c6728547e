/** Appends rows to a committed stream, four requests under way at a time, and prints how many are there, until it is killed. */
import { openParts } from "../../../../local/services/bigquery/parts";
import { fakeHost } from "../../support/host";

const REQUEST = 10;

async function main(): Promise<void> {
  const parts = await openParts(fakeHost({ state: process.argv[2] as string }));
  await parts.catalog.createDataset("journey", "EU", {});
  const columns = [{ name: "n", type: "INTEGER", mode: "REQUIRED" }] as const;
  const table = await parts.tables.create({ dataset: "journey", id: "clicks", columns, settings: {} });
  const { name } = await parts.streams.create("projects/p/datasets/journey/tables/clicks", table, "COMMITTED");
  process.stdout.write(`${name}\n`);
  const { stream } = parts.streams.find(name);
  const target = () => parts.catalog.table("journey", "clicks");
  let next = 0;
  const writer = async (): Promise<never> => {
    for (;;) {
      const from = next;
      next += REQUEST;
      const rows = Array.from({ length: REQUEST }, (_, at) => [BigInt(from + at)]);
      await parts.streams.append(stream, from, { columns: table.columns, rows, target });
      process.stdout.write(`${from + REQUEST}\n`);
    }
  };
  await Promise.all([writer(), writer(), writer(), writer()]);
}

void main();
