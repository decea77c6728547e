/** What Workflows brings along. */
interface StandardFunction {
  /** In their order, the optional ones with "?". */
  readonly takes: readonly string[];
  /** It waits for something outside, and so stands in a step of its own and in no expression. */
  readonly blocking?: true;
}

const request = ["timeout?", "headers?", "query?", "auth?", "private_service_name?", "ca_certificate?"];
const http = (...takes: readonly string[]): StandardFunction => ({ takes: [...takes, ...request], blocking: true });
const pure = (...takes: readonly string[]): StandardFunction => ({ takes });
const blocking = (...takes: readonly string[]): StandardFunction => ({ takes, blocking: true });

/** @see https://cloud.google.com/workflows/docs/reference/stdlib/overview */
const functions = {
  double: pure("x"),
  int: pure("x"),
  string: pure("x"),
  keys: pure("map"),
  len: pure("value"),
  get_type: pure("value"),
  default: pure("val", "defaultVal"),
  if: pure("condition", "ifTrue", "ifFalse"),

  "base64.decode": pure("data", "padding?"),
  "base64.encode": pure("data", "padding?"),
  "events.await_callback": blocking("callback", "timeout?"),
  "events.create_callback_endpoint": pure("http_callback_method"),
  "hash.compute_checksum": pure("data", "algorithm"),
  "hash.compute_hmac": pure("key", "data", "algorithm"),
  "http.delete": http("url", "body?"),
  "http.get": http("url"),
  "http.patch": http("url", "body?"),
  "http.post": http("url", "body?"),
  "http.put": http("url", "body?"),
  "http.request": http("method", "url", "body?"),
  "http.default_retry_predicate": pure("exception"),
  "http.default_retry_predicate_non_idempotent": pure("exception"),
  "json.decode": pure("data"),
  "json.encode": pure("data", "indent?"),
  "json.encode_to_string": pure("data", "indent?"),
  "list.concat": pure("objs", "val"),
  "list.prepend": pure("objs", "val"),
  "map.delete": pure("map", "key"),
  "map.get": pure("map", "keys"),
  "map.merge": pure("first", "second"),
  "map.merge_nested": pure("first", "second"),
  "math.abs": pure("x"),
  "math.floor": pure("x"),
  "math.max": pure("x", "y"),
  "math.min": pure("x", "y"),
  "retry.always": pure("exception"),
  "retry.never": pure("exception"),
  "sys.get_env": pure("name", "default?"),
  "sys.log": blocking("data?", "severity?", "text?", "json?", "timeout?"),
  "sys.now": pure(),
  "sys.sleep": blocking("seconds"),
  "sys.sleep_until": blocking("time"),
  "text.decode": pure("data", "charset?"),
  "text.encode": pure("text", "charset?"),
  "text.find_all": pure("source", "substr"),
  "text.find_all_regex": pure("source", "regexp"),
  "text.match_regex": pure("source", "regexp"),
  "text.replace_all": pure("source", "substr", "repl"),
  "text.replace_all_regex": pure("source", "regexp", "repl"),
  "text.split": pure("source", "separator"),
  "text.substring": pure("source", "start", "end"),
  "text.to_lower": pure("source"),
  "text.to_upper": pure("source"),
  "text.url_decode": pure("source"),
  "text.url_encode": pure("source"),
  "text.url_encode_plus": pure("source"),
  "time.format": pure("seconds", "timezone?"),
  "time.parse": pure("value"),
  "uuid.generate": pure(),
} as const satisfies { readonly [name: string]: StandardFunction };

/** What may be called in an expression or a step. */
export type StandardFunctionName = keyof typeof functions;

/** Whole retry policies, which are named and not called. */
const policies = new Set(["http.default_retry", "http.default_retry_non_idempotent", "retry.default_backoff"]);

export const standardFunction = (name: string): StandardFunction | undefined =>
  Object.hasOwn(functions, name) ? functions[name as StandardFunctionName] : undefined;

/** A function or a policy of the library, by its whole name. */
export const isStandardName = (name: string): boolean => policies.has(name) || Object.hasOwn(functions, name);

/** "text" of "text.split". */
export const isModule = (name: string): boolean => Object.keys(functions).some((known) => known.startsWith(`${name}.`));

/** The names that come nearest to one that is none: those of its module. */
export function namesLike(name: string): readonly string[] {
  const module = name.slice(0, name.lastIndexOf(".") + 1);
  return Object.keys(functions).filter((known) => known.startsWith(module) && known.includes(".") === (module !== ""));
}
