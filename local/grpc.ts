/** gRPC methods as values: a path, two codecs, a handler. The server is grpc-js. */
import {
  status,
  type handleBidiStreamingCall,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
} from "@grpc/grpc-js";
import type { ServerDuplexStream, UntypedHandleCall } from "@grpc/grpc-js";
import type { Message, Fields } from "../pipeline/protobuf/message";
import { CloudError } from "./errors";

export interface GrpcMethod {
  /** /google.pubsub.v1.Publisher/Publish */
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  decode(bytes: Buffer): unknown;
  encode(value: unknown): Buffer;
  readonly handle: UntypedHandleCall;
}

/** What an answer may want to know of its call. */
export interface UnaryCall {
  /** The caller went away: nobody hears the answer. */
  on(event: "cancelled", listener: () => void): unknown;
}

/** One request, one answer. */
export function unary<Q, R>(
  path: string,
  request: Message<Fields, Q>,
  response: Message<Fields, R>,
  answer: (request: Q, call: UnaryCall) => Partial<R> | Promise<Partial<R>>,
): GrpcMethod {
  const handle: handleUnaryCall<Q, Partial<R>> = (call, done) => {
    Promise.resolve(call.request)
      .then((request) => answer(request, call))
      .then(
        (value) => done(null, value),
        (error: unknown) => done(asStatus(error)),
      );
  };
  return method(path, request, response, false, handle as UntypedHandleCall);
}

/** Messages both ways. The handler ends the stream; what it throws at once, or hands to {@link fail}, is the call's status. */
export function duplex<Q, R>(
  path: string,
  request: Message<Fields, Q>,
  response: Message<Fields, R>,
  open: (stream: ServerDuplexStream<Q, Partial<R>>) => void,
): GrpcMethod {
  const handle: handleBidiStreamingCall<Q, Partial<R>> = (stream) => {
    try {
      open(stream);
    } catch (error) {
      fail(stream, error);
    }
  };
  return method(path, request, response, true, handle as UntypedHandleCall);
}

/** Ends a stream with the status of an error. */
export function fail(stream: { emit(event: "error", error: Error): unknown }, error: unknown): void {
  // Not destroy: a destroyed stream sends no status, and the caller would wait for ever.
  stream.emit("error", Object.assign(new Error(), asStatus(error)));
}

function method<Q, R>(
  path: string,
  request: Message<Fields, Q>,
  response: Message<Fields, R>,
  streams: boolean,
  handle: UntypedHandleCall,
): GrpcMethod {
  return {
    path,
    requestStream: streams,
    responseStream: streams,
    decode: (bytes) => request.decode(bytes),
    encode: (value) => response.encode(value as Partial<R>),
    handle,
  };
}

/** An error as gRPC's status. */
export function asStatus(error: unknown): { code: number; details: string; message: string; metadata?: Metadata } {
  if (error instanceof CloudError) {
    const metadata = new Metadata();
    if (error.details !== undefined) metadata.set("grpc-status-details-bin", Buffer.from(error.details));
    return { code: error.grpcCode, details: error.message, message: error.message, metadata };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: status.INTERNAL, details: message, message };
}

/**
 * A server on this machine only.
 * @param wanted its port; 0 for any free one
 */
export async function serveGrpc(
  methods: readonly GrpcMethod[],
  wanted = 0,
): Promise<{ address: string; stop(): Promise<void> }> {
  const server = new Server({
    "grpc.max_receive_message_length": 32 * 1024 * 1024,
    "grpc.max_send_message_length": 32 * 1024 * 1024,
    "grpc-node.flow_control_window": 4 * 1024 * 1024,
  });
  const byService = new Map<string, GrpcMethod[]>();
  for (const one of methods) {
    const service = one.path.split("/")[1] as string;
    byService.set(service, [...(byService.get(service) ?? []), one]);
  }
  for (const list of byService.values()) {
    server.addService(
      Object.fromEntries(
        list.map((one) => [
          one.path,
          {
            path: one.path,
            requestStream: one.requestStream,
            responseStream: one.responseStream,
            requestSerialize: () => Buffer.alloc(0),
            requestDeserialize: (bytes: Buffer) => one.decode(bytes),
            responseSerialize: (value: unknown) => one.encode(value),
            responseDeserialize: () => undefined,
          },
        ]),
      ),
      Object.fromEntries(list.map((one) => [one.path, one.handle])),
    );
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${wanted}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    address: `127.0.0.1:${port}`,
    stop: () => {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}
