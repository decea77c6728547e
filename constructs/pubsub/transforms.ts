import { declaration, isFunctionName, notADeclaration } from "../../pipeline/udf/declaration";
import type { Rules } from "../core/rules";
import { literal } from "../core/text";

/** A message as a transform is given it; it may change it. */
export interface TransformedMessage {
  /** Text, whatever was published: JSON.parse it where it is JSON. */
  data: string;
  attributes: { [name: string]: string };
}

/** What Pub/Sub knows of a message; nothing changes it. */
export interface TransformMetadata {
  readonly message_id?: string;
  /** "2026-01-01T00:00:00Z" */
  readonly publish_time?: string;
  readonly ordering_key?: string;
}

/**
 * Gives a message's new content, or null: then it goes no further.
 *
 *     (message) => ({ ...message, data: message.data.toUpperCase() })
 */
export type MessageFunction = (
  message: TransformedMessage,
  metadata: TransformMetadata,
) => { readonly data: string; readonly attributes?: { readonly [name: string]: string } } | null;

/** A function, or one with a name of its own: its text says `function <name>(message, metadata) { ... }`. */
export type MessageTransform =
  | MessageFunction
  | {
      readonly name: string;
      readonly code: MessageFunction | string;
      /** Passes messages on as they are. @default false */
      readonly disabled?: boolean;
    };

export interface Transforming {
  /**
   * What becomes of each message, one function after the other, at most 5. A function is carried as its text, at most
   * 20 KB, and names nothing outside of itself: no import, no clock of Node's, no network. Where it throws, a topic
   * refuses the message, and a subscription delivers it later, or sets it aside.
   * @default none
   * @see https://cloud.google.com/pubsub/docs/smts/udfs-overview
   */
  readonly transforms?: readonly MessageTransform[];
}

const page = "https://cloud.google.com/pubsub/docs/smts/udfs-overview";
const MOST = 5;
const MOST_BYTES = 20 * 1024;

/** A transform with all that its short forms leave away. */
interface Named {
  /** As a sentence calls it: "transforms[0]". */
  readonly at: string;
  readonly name: string;
  readonly code: MessageFunction | string;
  readonly disabled?: boolean;
}

const namedOf = (transforms: readonly MessageTransform[] = []): readonly Named[] =>
  transforms.map((transform, index) => {
    const at = `transforms[${index}]`;
    if (typeof transform !== "function") return { at, ...transform };
    return { at, name: isFunctionName(transform.name) ? transform.name : `transform${index + 1}`, code: transform };
  });

/** A rule that looks at one transform after the other. */
const each =
  (broken: (transform: Named) => string | undefined) =>
  ({ transforms }: Transforming): string | undefined => {
    for (const transform of namedOf(transforms)) {
      const says = broken(transform);
      if (says !== undefined) return `${transform.at} ${says}`;
    }
    return undefined;
  };

export const transformRules: Rules<Transforming> = [
  {
    id: "transforms-count",
    reads: ["transforms"],
    page: "https://cloud.google.com/pubsub/docs/smts/smts-overview",
    broken: ({ transforms = [] }) =>
      transforms.length > MOST
        ? `transforms has ${transforms.length} functions: Pub/Sub takes at most ${MOST}. One function may do the work of several`
        : undefined,
  },
  {
    id: "transforms-name",
    reads: ["transforms"],
    page,
    broken({ transforms }) {
      const all = namedOf(transforms);
      const wrong = all.find(({ name }) => !isFunctionName(name));
      if (wrong) return `${wrong.at} is called "${wrong.name}", which is no name of a JavaScript function`;
      const again = all.find(({ name }, index) => all.findIndex((other) => other.name === name) < index);
      return again && `${again.at} is called "${again.name}", as one before it: give each a name of its own`;
    },
  },
  {
    id: "transforms-function",
    reads: ["transforms"],
    page,
    broken: each(({ code }) => {
      if (typeof code === "string") return undefined;
      const made = declaration(code, "transform");
      if ("source" in made) return undefined;
      const says = made.obstacles.map(
        ({ what, excerpt }) => what.trim() + (excerpt === undefined ? "" : ` (${excerpt})`),
      );
      return `${says.join("; ")}: Pub/Sub has the function's text and nothing else. Write all that it needs into it`;
    }),
  },
  {
    id: "transforms-code",
    reads: ["transforms"],
    page,
    broken: each(({ name, code }) => {
      const says = typeof code === "string" ? notADeclaration(code, name) : undefined;
      return says && `${says}: write function ${name}(message, metadata) { ... }`;
    }),
  },
  {
    id: "transforms-size",
    reads: ["transforms"],
    page,
    broken: each((transform) => {
      const bytes = Buffer.byteLength(codeOf(transform));
      return bytes > MOST_BYTES ? `is ${bytes} bytes of text: Pub/Sub takes at most ${MOST_BYTES}` : undefined;
    }),
  },
];

/** As Terraform takes them. */
export const transformsOf = (transforms: readonly MessageTransform[] | undefined) =>
  transforms &&
  namedOf(transforms).map((transform) => ({
    disabled: transform.disabled,
    javascriptUdf: { functionName: transform.name, code: literal(codeOf(transform)) },
  }));

function codeOf({ name, code }: Named): string {
  if (typeof code === "string") return code;
  const made = declaration(code, name);
  if ("source" in made) return made.source;
  // A rule has refused it, unless somebody decided otherwise.
  return `function ${name}(message, metadata) {\n  return (${String(code)})(message, metadata);\n}`;
}
