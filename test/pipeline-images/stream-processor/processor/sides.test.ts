import { expect, test } from "vitest";
import { nullable, pipeline, schema, sideInput, string } from "../../../../pipeline";
import { goodNetwork, Simulation } from "../support/simulation";
import { Journey, journeySettings, path } from "../support/journey";

const Click = schema("click", { user: string() });
const User = schema("user", { user: string(), town: nullable(string()) });

const towns = pipeline(
  "towns",
  { clicks: Click, users: sideInput(User, { key: "user", refresh: "1m" }) },
  (inputs) => ({
    out: inputs.clicks.enrich(inputs.users, { on: { user: "user" } }),
  }),
);

const users = { table: "acme.crm.users" } as const;

function journeyOf() {
  const journey = new Journey(new Simulation(3), {
    ...journeySettings,
    spec: towns.toJSON(),
    sides: { users },
    outputs: { out: { table: "acme.games.out" } },
  });
  return { journey, rows: () => journey.tables.of(path("acme.games.out")) };
}

test("nothing is worked on before the side input is read, and it is read again as often as it says", async () => {
  const { journey, rows } = journeyOf();
  journey.sideRows = new Error("404: there is no table acme.crm.users");
  const { processor } = journey.start();
  journey.subscription.publish({ user: "ada" });
  await journey.pass(20);
  expect([processor.status.state, processor.status.problem]).toEqual([
    "starting",
    "side input users: 404: there is no table acme.crm.users",
  ]);
  journey.sideRows = [{ user: "ada", town: "London" }];
  await journey.pass(12);
  expect(processor.status).toMatchObject({ state: "running", problem: null });
  expect(rows()).toEqual([{ user: "ada", town: "London" }]);

  const before = journey.sideReads.length;
  journey.sideRows = [{ user: "ada", town: "Paris" }];
  await journey.pass(61);
  expect(journey.sideReads.slice(before)).toEqual([users]);
  journey.subscription.publish({ user: "ada" });
  await journey.pass(3);
  expect(rows()).toEqual([
    { user: "ada", town: "London" },
    { user: "ada", town: "Paris" },
  ]);

  // What cannot be read again leaves what there was.
  journey.sideRows = new Error("503: not now");
  await journey.pass(61);
  journey.subscription.publish({ user: "ada" });
  await journey.pass(3);
  expect(processor.status.problem).toBe("side input users: 503: not now");
  expect(rows()).toHaveLength(3);
});

test("a row that was recorded keeps what was found for it, whatever the side input holds at the restart", async () => {
  const { journey, rows } = journeyOf();
  journey.sideRows = [{ user: "ada", town: "London" }];
  journey.tables.down = true;
  const first = journey.start();
  await journey.pass(2);
  journey.subscription.publish({ user: "ada" });
  await journey.pass(3);
  first.process.kill();
  journey.sideRows = [{ user: "ada", town: "Paris" }];
  journey.start();
  await journey.pass(30);
  journey.tables.down = false;
  await journey.pass(30);
  expect(rows()).toEqual([{ user: "ada", town: "London" }]);
});

test("a side input that comes from nowhere, or from where it cannot be read, is said at the start", async () => {
  const { journey } = journeyOf();
  const nowhere = journey.start(goodNetwork, { sides: {} });
  await journey.pass(1);
  expect(nowhere.processor.status.problem).toBe(
    "input users of towns comes from nowhere: INPUTS names no table, query or files",
  );
  const stream = journey.start(goodNetwork, { sides: { users: { subscription: "projects/crm/subscriptions/users" } } });
  await journey.pass(1);
  expect(stream.processor.status.problem).toBe(
    "side input users of towns: a side input is a table, a query or files, not a subscription",
  );
});
