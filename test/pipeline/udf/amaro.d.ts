/** Node's type stripper. Its package says what it is in a file that the old version for Node 20 does not have. */
declare module "amaro" {
  export function transformSync(source: string, options: { readonly mode: "strip-only" }): { readonly code: string };
}
