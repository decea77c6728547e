import { bounded, date, integer, nullable, pipeline, schema, string, timestamp } from "../../pipeline";

/** A line of a file, as the server wrote it. */
const LogLine = schema("log_line", { line: string() });

/**
 * A request to a server, out of a line of its access log in the combined format.
 *
 * - What is no such line is set aside, with the line.
 * - Requests of tests are left out: of health checks, of load tests, and from addresses inside.
 * - Times are in UTC, and the day is UTC's, whatever zone the server was in: a line of its first hour may be another
 *   day's. What a server writes as "-" is null; a path has neither its query nor a slash at its end.
 * @see https://httpd.apache.org/docs/2.4/logs.html#combined
 */
export const logLake = pipeline("log-lake", { lines: bounded(LogLine) }, ({ lines }) => ({
  requests: lines
    .map(
      {
        requested_at: timestamp(),
        day: date({ description: "of requested_at, in UTC" }),
        client: string({ description: "the address that asked" }),
        user: nullable(string()),
        method: string(),
        path: string({ description: "without the query" }),
        query: nullable(string()),
        status: integer(),
        bytes: nullable(integer({ description: "of the answer, without its headers" })),
        referer: nullable(string()),
        user_agent: nullable(string()),
      },
      ({ line }) => {
        const combined =
          /^(\S+) \S+ (\S+) \[(\d\d)\/(\w{3})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)\] "([A-Za-z]+) ([^\s?]+)(?:\?(\S*))? HTTP\/[\d.]+" (\d{3}) (\d+|-) "([^"]*)" "([^"]*)"\s*$/;
        const found = combined.exec(line);
        if (!found) throw new Error("it is no line of an access log");
        const [, client = "", , day, name = "", year, time, hours, minutes, method = "", path = "", , status] = found;
        const [user = null, query = null, bytes = null, referer = null, agent = null] = [2, 11, 13, 14, 15]
          .map((place) => found[place] ?? "")
          .map((text) => (text === "" || text === "-" ? null : text));
        const month = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ").indexOf(name) + 1;
        const at = new Date(`${year}-${String(month).padStart(2, "0")}-${day}T${time}${hours}:${minutes}`);
        if (Number.isNaN(at.getTime())) throw new Error("its time is none");
        return {
          requested_at: at.toISOString(),
          day: at.toISOString().slice(0, 10),
          client: client.toLowerCase(),
          user,
          method: method.toUpperCase(),
          path: path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path,
          query,
          status: Number(status),
          bytes: bytes === null ? null : Number(bytes),
          referer,
          user_agent: agent,
        };
      },
      { name: "parse" },
    )
    .filter(
      ({ client, path, user_agent }) =>
        path !== "/healthz" &&
        !/^(load-test|health-check)\b/i.test(user_agent ?? "") &&
        !/^(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|::1$)/.test(client),
      { name: "no-tests" },
    ),
}));
