import { httpFunction, Refused, Surroundings } from "../../../../handler";
import { fileAt } from "../../file-index";

/** projects/P/databases/D */
const database = process.env["DATABASE"] ?? "";
const around = new Surroundings();

/** GET ?name=report.txt: what is known of a file. */
export const lookupFile = httpFunction(async ({ method, query }) => {
  if (method !== "GET") throw new Refused(405, `${method} is not taken`);
  const name = query.get("name");
  if (!name) throw new Refused(400, "name is missing: ?name=report.txt");
  const file = await fileAt(database, name, around.fetch);
  if (file === undefined) throw new Refused(404, `there is no file ${name}`);
  return { status: 200, body: { name, generation: file.generation } };
}, around);
