/**
 * Makes something of cdktf's without the stack traces that it takes of every attribute of a resource. There are
 * hundreds to a resource, they are shown only with errors about tokens, and under a loader with source maps, such as
 * tsx, writing them out is most of what a synthesis costs. Errors that are thrown keep theirs.
 */
export function untraced<T>(make: () => T): T {
  // oxlint-disable-next-line typescript/unbound-method -- V8 calls it without a this
  const before = Error.prepareStackTrace;
  Error.prepareStackTrace = (error, frames) => {
    if (!(error instanceof Error)) return "";
    return before ? (before(error, frames) as unknown) : [String(error), ...frames.map(line)].join("\n    at ");
  };
  try {
    return make();
  } finally {
    Error.prepareStackTrace = before;
  }
}

/** As V8 writes it. */
const line = (frame: NodeJS.CallSite): string =>
  `${frame.getFunctionName() ?? "<anonymous>"} (${frame.getFileName()}:${frame.getLineNumber()}:${frame.getColumnNumber()})`;
