import { bounded, float, pipeline, schema, string, timestamp } from "../../../pipeline";

const Reading = schema("reading", { sensor: string(), read_at: timestamp(), value: float() });

/** What was kept row by row is kept column by column. A reading below absolute zero is none. */
export const archive = pipeline("archive", { readings: bounded(Reading) }, ({ readings }) => ({
  readings: readings.assert("nothing is colder than -273.15 degrees", ({ value }) => value >= -273.15),
}));
