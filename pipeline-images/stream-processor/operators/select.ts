import { keyOf, literal } from "../../../pipeline/schema/generated";
import { stepFunction, type TakeRow } from "./flow";

/** A row of the fields that go on, under their new names. */
export function rename(names: ReadonlyMap<string, string>, next: TakeRow): TakeRow {
  const fields = [...names].map(([old, name]) => `${keyOf(name)}: row[${literal(old)}]`);
  return stepFunction(`next({ ${fields.join(", ")} }, time);`, { next });
}
