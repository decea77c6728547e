/** Imports run one way. The folders, from the bottom up, and what each may see beside itself. */
const folders = {
  pipeline: [],
  "constructs/core": ["pipeline"],
  "constructs/data-journey": [
    "pipeline",
    "constructs",
    "handler/contract\\.ts$",
    "pipeline-images/[^/]+/(contract|unsupported)\\.ts$",
  ],
  stacks: ["pipeline", "constructs", "handler"],
  runtime: ["pipeline"],
  handler: ["pipeline", "runtime"],
  "pipeline-images": ["pipeline", "runtime"],
  local: ["pipeline", "pipeline-images/[^/]+/contract\\.ts$"],
  cli: ["pipeline", "local", "pipeline-images/[^/]+/contract\\.ts$"],
};

const only = Object.entries(folders).map(([folder, may]) => ({
  name: `${folder.replace("/", "-")}-sees`,
  comment: `${folder}/ may import ${["itself", ...may].join(", ")} and packages`,
  severity: "error",
  from: { path: `^${folder}/` },
  to: {
    pathNot: [`^${folder}/`, ...may.map((path) => `^${path}${path.endsWith("$") ? "" : "/"}`), "node_modules"],
    dependencyTypesNot: ["core"],
  },
}));

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    ...only,
    {
      name: "a-service-sees",
      comment: "constructs/<service>/ may import pipeline/, core/ and other services, never a use case",
      severity: "error",
      from: { path: "^constructs/(?!core/|data-journey/)[^/]+/" },
      to: { path: "^(constructs/data-journey|stacks|local|cli)/" },
    },
    {
      name: "an-image-sees-no-other",
      severity: "error",
      from: { path: "^pipeline-images/([^/]+)/" },
      to: { path: "^pipeline-images/", pathNot: "^pipeline-images/$1/" },
    },
    {
      name: "images-and-pipelines-know-no-terraform",
      severity: "error",
      from: { path: "^(pipeline|runtime|handler|pipeline-images|local|cli)/" },
      to: { path: "node_modules/(cdktf|cdktn|constructs|@cdktf)/" },
    },
    {
      name: "a-provider-class-at-a-time",
      comment: "the provider's index costs 3-10 s and up to 1 GB",
      severity: "error",
      from: {},
      to: { path: "node_modules/@cdktf/provider-[^/]+/lib/index" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // Types alone: there is @types/estree, and no package of that name. The launcher imports what is built, or tsx.
    exclude: { path: "^estree$|^cli/journey\\.mjs$" },
    parser: "swc",
    enhancedResolveOptions: {
      extensions: [".ts", ".js"],
      conditionNames: ["import", "require", "node", "default"],
    },
  },
};
