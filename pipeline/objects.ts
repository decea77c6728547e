/** The same names with other values. */
export const mapValues = <A, B>(
  object: { readonly [name: string]: A },
  change: (value: A, name: string) => B,
): { readonly [name: string]: B } =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value, name)]));
