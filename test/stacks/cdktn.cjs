/* oxlint-disable typescript/no-require-imports, no-underscore-dangle -- node --require takes CommonJS, and Node 20 has no other hook for it */
/** Loaded before an app (node --require): whoever asks for cdktf is given cdktn, its community's continuation. */
const Module = require("node:module");

const resolve = Module._resolveFilename;

Module._resolveFilename = function (request, ...rest) {
  return resolve.call(this, request.replace(/^cdktf(?=\/|$)/, "cdktn"), ...rest);
};
