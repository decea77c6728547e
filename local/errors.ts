/** google.rpc.Code, by name, with its number and the HTTP status it is sent as. */
const codes = {
  CANCELLED: [1, 499],
  INVALID_ARGUMENT: [3, 400],
  DEADLINE_EXCEEDED: [4, 504],
  NOT_FOUND: [5, 404],
  ALREADY_EXISTS: [6, 409],
  PERMISSION_DENIED: [7, 403],
  RESOURCE_EXHAUSTED: [8, 429],
  FAILED_PRECONDITION: [9, 400],
  ABORTED: [10, 409],
  OUT_OF_RANGE: [11, 400],
  UNIMPLEMENTED: [12, 501],
  INTERNAL: [13, 500],
  UNAVAILABLE: [14, 503],
  UNAUTHENTICATED: [16, 401],
} as const;

export type Code = keyof typeof codes;

/** What a service of Google's answers when it refuses; over gRPC and over HTTP alike. */
export class CloudError extends Error {
  override readonly name = "CloudError";

  constructor(
    readonly code: Code,
    message: string,
    /** Serialized google.rpc.Status details, where a client reads them. */
    readonly details?: Uint8Array,
  ) {
    super(message);
  }

  get grpcCode(): number {
    return codes[this.code][0];
  }

  get httpStatus(): number {
    return codes[this.code][1];
  }
}
