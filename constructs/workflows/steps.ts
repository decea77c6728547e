import type { Duration } from "../../pipeline/duration";
import type { Grant, Identity } from "../core/grants";
import { snake } from "../core/text";
import type { AnyTopic } from "../pubsub/topic";
import type { Invokable } from "../pubsub/push-subscription";
import type { Startable } from "../scheduler/target";
import { isExpression, reference, std, type Expression, type Reference, type Value } from "./expression";
import type { StandardFunctionName } from "./standard-library";
import { Result, type Part } from "./step-data";
import { parallelOf, placeOf, retryOf, secondsOf } from "./step-parts";
import type {
  Arguments,
  given,
  HttpAnswer,
  HttpRequest,
  Over,
  ParallelOptions,
  Parameters,
  Retry,
  WorkflowError,
} from "./steps-props";

/** Steps, written one after the other. */
export type Body = (run: Steps) => void;

/** Steps with a name and parameters of their own, which several places call. */
export interface Subworkflow<P extends Parameters = Parameters> {
  readonly name: string;
  readonly parameters: P;
  // As a method: who keeps them in a list knows no parameters.
  body(this: void, run: Steps, parameters: { readonly [Name in keyof P]: Reference }): void;
}

export interface Attempt {
  /** @default none */
  readonly retry?: Retry<Subworkflow<{ readonly error: typeof given }>>;
  /** What happens where it still fails. @default the workflow fails */
  readonly except?: (run: Steps, error: WorkflowError) => void;
}

/** One of several ways: the first whose condition holds. */
export type Case = { readonly when: boolean | Expression } & (
  | { readonly do: Body }
  | { readonly goto: string }
  | { readonly return: Value }
  | { readonly raise: Value }
);

/** What steps tell of themselves beside what they are. */
export interface Flow {
  /** A right that the workflow's account needs. */
  needs(right: (identity: Identity) => Grant): void;
  /** A subworkflow that is called. */
  add(subworkflow: Subworkflow): void;
}

/** The TypeScript type of a variable that a value was given to. */
type TypeOf<V> = V extends Reference<infer T> ? T : V extends Expression ? unknown : V;

/**
 * Steps of a workflow, one method each: what is called first runs first. The first argument is the step's name, which is
 * unique in its workflow; "create the machine" puts its answer into the variable create_the_machine.
 * @see https://cloud.google.com/workflows/docs/reference/syntax
 */
export class Steps {
  readonly http: Http;
  private readonly list: { readonly [name: string]: Part }[] = [];

  private constructor(
    private readonly flow: Flow,
    /** Variables of the loops around it. */
    private readonly loops: readonly string[],
  ) {
    this.http = new Http((name, method, request) => this.request(name, method, request));
  }

  /** The steps that a function writes. */
  static of(flow: Flow, body: Body, loops: readonly string[] = []): readonly Part[] {
    const steps = new Steps(flow, loops);
    body(steps);
    return steps.list;
  }

  /** Gives variables their first values: at most 50 in a step. */
  assign<V extends { readonly [variable: string]: Value }>(
    name: string,
    variables: V,
  ): { readonly [Name in keyof V]: Reference<TypeOf<V[Name]>> } {
    this.add(name, { assign: Object.entries(variables).map(([variable, value]) => ({ [variable]: value })) });
    const references = Object.keys(variables).map((variable) => [variable, reference(variable)] as const);
    // The keys are those of V.
    return Object.fromEntries(references) as { readonly [Name in keyof V]: Reference<TypeOf<V[Name]>> };
  }

  /** Gives variables, or parts of them, other values: `set("next", [count, plus(count, 1)])`. */
  set(name: string, ...changes: readonly (readonly [of: Reference, to: Value])[]): void {
    this.add(name, { assign: changes.map(([of, to]) => ({ [placeOf(of)]: to })) });
  }

  /** Calls a subworkflow, a connector of one of Google's APIs, or a function of the standard library. */
  call<P extends Parameters>(name: string, what: Subworkflow<P>, args: Arguments<P>): Reference;
  call(
    name: string,
    what: `googleapis.${string}` | StandardFunctionName,
    args?: { readonly [name: string]: Value },
  ): Reference;
  call(name: string, what: string | Subworkflow, args?: { readonly [name: string]: Value }): Reference {
    if (typeof what !== "string") this.flow.add(what);
    return this.answered(name, { call: typeof what === "string" ? what : what.name, args });
  }

  /** Calls a service or function as the workflow's account, which is let invoke it. */
  invoke(
    name: string,
    service: Invokable,
    request: Omit<HttpRequest, "url" | "auth"> & { readonly method?: Method; readonly path?: `/${string}` } = {},
  ): HttpAnswer {
    const { method = "post", path = "/", ...rest } = request;
    this.flow.needs((identity) => service.grantInvoke(identity, { why: `step ${name} calls it` }));
    const auth = { type: "OIDC", audience: service.audience } as const;
    return this.request(name, method, { url: `${service.url}${path}`, auth, ...rest });
  }

  /** Starts a job or a workflow, which the workflow's account is let start, and goes on at once. */
  start(name: string, what: Startable, body: Value = {}): HttpAnswer {
    this.flow.needs((identity) => what.grantStart(identity, { why: `step ${name} starts it` }));
    return this.request(name, "post", { url: what.startUrl, auth: "OAuth2", body });
  }

  /** Publishes a message to a topic, which the workflow's account is let publish to. Data that is no text is sent as JSON. */
  publish(name: string, topic: AnyTopic, data: Value, attributes?: { readonly [name: string]: Value }): Reference {
    this.flow.needs((identity) => topic.grantPublish(identity, { why: `step ${name} publishes to it` }));
    const bytes = isExpression(data) || typeof data !== "string" ? std("json.encode", data) : std("text.encode", data);
    const messages = [{ data: std("base64.encode", bytes), ...(attributes && { attributes }) }];
    return this.call(name, "googleapis.pubsub.v1.projects.topics.publish", { topic: topic.path, body: { messages } });
  }

  /** Writes to the workflow's log. */
  log(name: string, data: Value, severity?: Severity): void {
    this.add(name, { call: "sys.log", args: { data, severity } });
  }

  /** Waits, at most a year. */
  sleep(name: string, time: Duration | Expression): void {
    this.add(name, { call: "sys.sleep", args: { seconds: secondsOf(time) } });
  }

  /** Once for each of a list, or of a range of numbers. What is assigned within is known only there. */
  for(name: string, over: Over, body: (run: Steps, item: Reference, index: Reference) => void): void {
    this.add(name, { for: this.loop(name, over, body) });
  }

  /** At the same time, at most 10. What is assigned within a branch is known only there. */
  parallel(name: string, branches: { readonly [branch: string]: Body }, options: ParallelOptions = {}): void {
    const written = Object.entries(branches).map(([branch, body]) => ({
      [branch]: { steps: this.within(body) },
    }));
    this.add(name, { parallel: { ...parallelOf(options), branches: written } });
  }

  /** As `for`, with several at the same time. */
  parallelFor(
    name: string,
    over: Over,
    body: (run: Steps, item: Reference, index: Reference) => void,
    options: ParallelOptions = {},
  ): void {
    this.add(name, { parallel: { ...parallelOf(options), for: this.loop(name, over, body) } });
  }

  /** The first whose condition holds; none, and it goes on with the next step, or with `otherwise`. At most 50. */
  switch(name: string, cases: readonly Case[], otherwise?: Body): void {
    const all = otherwise === undefined ? cases : [...cases, { when: true, do: otherwise }];
    this.add(name, { switch: all.map((one) => this.caseOf(one)) });
  }

  if(name: string, when: Expression, body: Body, otherwise?: Body): void {
    this.switch(name, [{ when, do: body }], otherwise);
  }

  /** Tries again where it fails, and does something else where that does not help. */
  try(name: string, body: Body, { retry, except }: Attempt): void {
    const as = `${snake(name)}_error`;
    if (typeof retry === "object" && typeof retry.when === "object") this.flow.add(retry.when);
    this.add(name, {
      try: { steps: this.within(body) },
      retry: retry && retryOf(retry),
      except: except && { as, steps: this.within((run) => except(run, reference(as))) },
    });
  }

  /** Fails, with a text, a map, or an error that was caught. */
  raise(name: string, error: Value): void {
    this.add(name, { raise: error });
  }

  /** Ends the workflow, or the subworkflow, with an answer. */
  return(name: string, value: Value): void {
    this.add(name, { return: value });
  }

  /** Goes on with a step of this workflow; "end" ends it. In a loop, "continue" goes on with its next turn, and "break" ends it. */
  goto(name: string, step: string): void {
    this.add(name, { next: step });
  }

  /** Steps as one. */
  block(name: string, body: Body): void {
    this.add(name, { steps: this.within(body) });
  }

  private within(body: Body): readonly Part[] {
    return Steps.of(this.flow, body, this.loops);
  }

  private add(name: string, body: { readonly [key: string]: Part }): void {
    this.list.push({ [name]: body });
  }

  private answered<T>(name: string, body: { readonly [key: string]: Part }): Reference<T> {
    const variable = snake(name);
    const result = new Result(variable);
    this.add(name, { ...body, result });
    return reference(variable, result);
  }

  private request(name: string, method: Method, { auth, timeout, ...request }: HttpRequest): HttpAnswer {
    const args = {
      ...request,
      auth: typeof auth === "string" ? { type: auth } : auth,
      timeout: timeout && secondsOf(timeout),
    };
    return this.answered(name, { call: `http.${method}`, args });
  }

  private loop(name: string, over: Over, body: (run: Steps, item: Reference, index: Reference) => void): Part {
    const value = over.as ?? "item";
    if (this.loops.includes(value)) {
      throw new Error(
        `step ${name} loops with ${value}, as a loop around it does: give it another name, { as: "..." }`,
      );
    }
    const index = `${value}_index`;
    const result = new Result(index);
    const loops = [...this.loops, value];
    const steps = Steps.of(this.flow, (run) => body(run, reference(value), reference(index, result)), loops);
    return { value, index: result, ...("in" in over ? { in: over.in } : { range: over.range }), steps };
  }

  private caseOf({ when, ...way }: Case): Part {
    if ("do" in way) return { condition: when, steps: this.within(way.do) };
    if ("goto" in way) return { condition: when, next: way.goto };
    return { condition: when, ...way };
  }
}

type Method = "get" | "post" | "put" | "patch" | "delete";
type Severity = "DEFAULT" | "DEBUG" | "INFO" | "NOTICE" | "WARNING" | "ERROR" | "CRITICAL" | "ALERT" | "EMERGENCY";

/** Requests by their method: `run.http.get("page", { url })`. */
class Http {
  constructor(private readonly send: (name: string, method: Method, request: HttpRequest) => HttpAnswer) {}

  get(name: string, request: Omit<HttpRequest, "body">): HttpAnswer {
    return this.send(name, "get", request);
  }
  post(name: string, request: HttpRequest): HttpAnswer {
    return this.send(name, "post", request);
  }
  put(name: string, request: HttpRequest): HttpAnswer {
    return this.send(name, "put", request);
  }
  patch(name: string, request: HttpRequest): HttpAnswer {
    return this.send(name, "patch", request);
  }
  delete(name: string, request: HttpRequest): HttpAnswer {
    return this.send(name, "delete", request);
  }
}
