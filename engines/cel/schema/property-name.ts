const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

const signs: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};
const names = new Map(Object.entries(signs).map(([sign, name]) => [name, sign]));

/**
 * The name under which expressions know a property; undefined for one that they cannot name.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules
 */
export function escapeName(property: string): string | undefined {
  if (!/^[a-zA-Z_./-][a-zA-Z0-9_./-]*$/.test(property)) return undefined;
  if (reserved.has(property)) return `__${property}__`;
  return property.replace(/__|[-./]/g, sign => signs[sign]!);
}

/** The property that an expression means; undefined for what is no escaped name. */
export function unescapeName(name: string): string | undefined {
  let isName = true;
  const property = name.replace(/__[^_]+__/g, escaped => {
    const word = escaped.slice(2, -2);
    if (reserved.has(word) && escaped === name) return word;
    const sign = names.get(escaped);
    if (sign === undefined) isName = false;
    return sign ?? '';
  });
  return isName ? property : undefined;
}
