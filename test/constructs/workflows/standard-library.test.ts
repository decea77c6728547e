import { expect, test } from "vitest";
import { definitionFaults } from "../../../constructs/workflows/definition-check";

/** As Google's pages list them: what has to be given, and after "?" what may be. */
const library = `
  double(x)
  int(x)
  string(x)
  keys(map)
  len(value)
  get_type(value)
  default(val, defaultVal)
  if(condition, ifTrue, ifFalse)
  base64.decode(data ? padding)
  base64.encode(data ? padding)
  events.create_callback_endpoint(http_callback_method)
  hash.compute_checksum(data, algorithm)
  hash.compute_hmac(key, data, algorithm)
  http.default_retry_predicate(exception)
  http.default_retry_predicate_non_idempotent(exception)
  json.decode(data)
  json.encode(data ? indent)
  json.encode_to_string(data ? indent)
  list.concat(objs, val)
  list.prepend(objs, val)
  map.delete(map, key)
  map.get(map, keys)
  map.merge(first, second)
  map.merge_nested(first, second)
  math.abs(x)
  math.floor(x)
  math.max(x, y)
  math.min(x, y)
  retry.always(exception)
  retry.never(exception)
  sys.get_env(name ? default)
  sys.now()
  text.decode(data ? charset)
  text.encode(text ? charset)
  text.find_all(source, substr)
  text.find_all_regex(source, regexp)
  text.match_regex(source, regexp)
  text.replace_all(source, substr, repl)
  text.replace_all_regex(source, regexp, repl)
  text.split(source, separator)
  text.substring(source, start, end)
  text.to_lower(source)
  text.to_upper(source)
  text.url_decode(source)
  text.url_encode(source)
  text.url_encode_plus(source)
  time.format(seconds ? timezone)
  time.parse(value)
  uuid.generate()
`;
const more = "timeout, headers, query, auth, private_service_name, ca_certificate";
const waiting = `
  events.await_callback(callback ? timeout)
  http.get(url ? ${more})
  http.delete(url ? body, ${more})
  http.patch(url ? body, ${more})
  http.post(url ? body, ${more})
  http.put(url ? body, ${more})
  http.request(method, url ? body, ${more})
  sys.log( ? data, severity, text, json, timeout)
  sys.sleep(seconds)
  sys.sleep_until(time)
`;

const words = (text = ""): readonly string[] => text.split(",").flatMap((word) => word.trim() || []);
const listed = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => {
      const [, name = "", given, optional] = /^\s*([\w.]+)\(([^?)]*)(?:\?(.*))?\)$/.exec(line) ?? [];
      return [name, words(given), words(optional)] as const;
    });
/** What is wrong with a step that calls a function with arguments of these names. */
const called = (name: string, args: readonly string[]): readonly string[] =>
  definitionFaults(
    JSON.stringify({ main: { steps: [{ a: { call: name, args: Object.fromEntries(args.map((arg) => [arg, 1])) } }] } }),
  ).map(({ says }) => says);
/** What is wrong with an expression that calls it with so many values. */
const used = (name: string, count: number): readonly string[] =>
  definitionFaults(JSON.stringify([{ a: { return: `\${${name}(${Array(count).fill(1).join(", ")})}` } }])).map(
    ({ says }) => says,
  );

test.each([...listed(library), ...listed(waiting)])("%s takes %j, and may take %j", (name, given, optional) => {
  expect(called(name, [...given, ...optional])).toEqual([]);
  expect(called(name, given)).toEqual([]);
  expect(called(name, optional)).toEqual(given.map((missing) => `does not give ${name} its ${missing}`));
  expect(called(name, [...given, "strange"])).toHaveLength(1);
});

test.each(listed(library))("%s is called in expressions, with all that it takes", (name, given, optional) => {
  expect(used(name, given.length)).toEqual([]);
  expect(used(name, given.length + optional.length)).toEqual([]);
  expect(used(name, given.length + optional.length + 1)).toHaveLength(1);
  if (given.length > 0) expect(used(name, given.length - 1)).toHaveLength(1);
});

test.each(listed(waiting))("%s waits, and so stands in a step of its own", (name, given) => {
  expect(used(name, given.length)).toEqual([
    `calls ${name} in an expression: it waits, and stands in a call step of its own`,
  ]);
});

test.each(["http.default_retry", "http.default_retry_non_idempotent", "retry.default_backoff"])(
  "%s is named, and not called",
  (name) => {
    expect(definitionFaults(JSON.stringify([{ a: { return: `\${${name}}` } }]))).toEqual([]);
    expect(used(name, 1)).toHaveLength(1);
  },
);
