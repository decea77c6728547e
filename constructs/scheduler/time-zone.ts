/**
 * What is wrong with the name of a time zone, said after it; undefined where it is one of the tz database.
 * @see https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#Job.FIELDS.time_zone
 */
export function timeZoneFault(zone: string): string | undefined {
  const known = Intl.supportedValuesOf("timeZone");
  if (known.includes(zone)) return undefined;
  // The list has one name of each zone. Older names of it, and those of UTC, are good too; offsets are not.
  const written = known.find((name) => name.toLowerCase() === zone.toLowerCase());
  if (written !== undefined) return `is "${zone}": write ${written}`;
  if (/^[A-Z]/.test(zone) && isZone(zone)) return undefined;
  return `is "${zone}": Cloud Scheduler takes names of the tz database, as in Etc/UTC or Europe/Berlin`;
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
