import type { Construct } from "constructs";
import type { AnyField } from "../../pipeline/schema/field";
import type { Grant, GrantOptions, Identity } from "../core/grants";
import type { Rules } from "../core/rules";
import type { AnyConnection } from "./connection";
import { neighbours } from "./journey-rules";
import { bigquery } from "./limits";
import { argumentsOf, Routine, routineRules, typeText, type RoutineProps } from "./routine";

/** What takes requests and knows who may send them: a Cloud Run service, a function. */
interface Callable {
  readonly url: string;
  grantInvoke(to: Identity, options?: GrantOptions): Grant;
}

export interface RemoteFunctionProps extends RoutineProps {
  /** @default none */
  readonly arguments?: { readonly [name: string]: AnyField };
  readonly returns: AnyField;
  /**
   * Takes `{ calls: [[...arguments], ...] }` and answers `{ replies: [...] }`, one for each, within 60 seconds or what the
   * service allows.
   * @see https://cloud.google.com/bigquery/docs/remote-functions#create_http_endpoint
   */
  readonly service: Callable;
  /** Where at the service. @default "/" */
  readonly path?: `/${string}`;
  /** As whose account BigQuery calls. It is where the dataset is. */
  readonly connection: AnyConnection;
  /** Rows in a request at most. @default BigQuery's choice */
  readonly maxBatchingRows?: number;
  /** Comes with every request. @default nothing */
  readonly context?: { readonly [name: string]: string };
}

const MOST_CONTEXT = 8 * 1024;
const page = "https://cloud.google.com/bigquery/docs/remote-functions";

const rules: Rules<RemoteFunctionProps> = [
  ...routineRules,
  bigquery.within("maxBatchingRows", 1, 1_000_000_000, page),
  {
    id: "context-size",
    reads: ["context"],
    page,
    broken({ context = {} }) {
      const bytes = Buffer.byteLength(Object.entries(context).flat().join(""));
      return bytes < MOST_CONTEXT ? undefined : `context is ${bytes} bytes: BigQuery takes less than ${MOST_CONTEXT}`;
    },
  },
];

/**
 * A function that is a service: queries call it with many rows at a time.
 * @throws InvalidProps
 * @see https://cloud.google.com/bigquery/docs/remote-functions
 */
export class RemoteFunction extends Routine<RemoteFunctionProps> {
  constructor(scope: Construct, id: string, props: RemoteFunctionProps) {
    const { service, connection, path = "", maxBatchingRows, context, dataset } = props;
    super(scope, id, props, rules, () => ({
      routineType: "SCALAR_FUNCTION",
      definitionBody: "",
      arguments: argumentsOf(props.arguments),
      returnType: typeText(props.returns),
      remoteFunctionOptions: {
        endpoint: `${service.url}${path}`,
        connection: connection.path,
        maxBatchingRows: maxBatchingRows === undefined ? undefined : String(maxBatchingRows),
        userDefinedContext: context,
      },
    }));
    service.grantInvoke(connection.identity, { why: `calls it as the function ${this.name}` });
    neighbours.tell(this, {
      dataset: dataset.fullName,
      other: `the connection ${connection.key} is`,
      location: connection.location,
    });
  }
}
