/**
 * What a portable function may name beside its own parameters and locals: the globals of ECMAScript 2023 that
 * give the same answer at any time, on any machine, in Node and in a V8 without a host.
 * @see https://262.ecma-international.org/14.0/
 */

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== "");

const typedArrays = words(
  "Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array",
);
const errors = words("Error EvalError RangeError ReferenceError SyntaxError TypeError URIError AggregateError");

/** Static members that functions may use, by the global that has them. What is not here is newer, or not the same everywhere. */
export const staticMembers: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    Object:
      "assign create defineProperties defineProperty entries freeze fromEntries getOwnPropertyDescriptor getOwnPropertyDescriptors getOwnPropertyNames getOwnPropertySymbols getPrototypeOf hasOwn is isExtensible isFrozen isSealed keys preventExtensions seal values",
    Array: "from isArray of",
    String: "fromCharCode fromCodePoint raw",
    Number:
      "EPSILON MAX_SAFE_INTEGER MAX_VALUE MIN_SAFE_INTEGER MIN_VALUE NaN NEGATIVE_INFINITY POSITIVE_INFINITY isFinite isInteger isNaN isSafeInteger parseFloat parseInt",
    Boolean: "",
    BigInt: "asIntN asUintN",
    Symbol:
      "asyncIterator hasInstance isConcatSpreadable iterator match matchAll replace search species split toPrimitive toStringTag",
    Math: "E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2 abs acos acosh asin asinh atan atan2 atanh cbrt ceil clz32 cos cosh exp expm1 floor fround hypot imul log log10 log1p log2 max min pow round sign sin sinh sqrt tan tanh trunc",
    JSON: "parse stringify",
    Date: "UTC parse",
    RegExp: "",
    Map: "",
    Set: "",
    WeakMap: "",
    WeakSet: "",
    ArrayBuffer: "isView",
    DataView: "",
    ...Object.fromEntries(typedArrays.map((name) => [name, "BYTES_PER_ELEMENT from of"])),
    ...Object.fromEntries(errors.map((name) => [name, ""])),
  }).map(([name, members]) => [name, new Set(words(members))]),
);

const functions = words(
  "undefined NaN Infinity parseInt parseFloat isNaN isFinite encodeURIComponent decodeURIComponent encodeURI decodeURI",
);

/** Every global that a portable function may name. */
export const languageGlobals: ReadonlySet<string> = new Set([...staticMembers.keys(), ...functions]);
