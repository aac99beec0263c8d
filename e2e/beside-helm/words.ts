import type { Json } from '@millrace/json';

/**
 * What is said in other words than Flux's, and meant to be: which file, which line, why something is not ready, and
 * nothing of what a Secret or a ConfigMap holds. The words before stay, for alerts match on them.
 */
const ours: [pattern: RegExp, instead: string][] = [
  [/(status: '(?:InProgress|Unknown|Failed)'): [^,\]]*/g, '$1'],
  [/(incompatible with Kubernetes) \S+/, '$1'],
  [/(error merging manifests: parsing \S+?): .*/s, '$1: <words>'],
  [/(error while running post render on \w+): .*/s, '$1: <words>'],
  [/(context deadline exceeded): \[.*/s, '$1'],
  [/(provider '\w+' not implemented): .*/s, '$1'],
  [/(failed to create ignore rule selector): .*/s, '$1: <words>'],
  [/(error converting YAML to JSON: yaml): .*/s, '$1: <words>'],
  [
    /(could not resolve Secret chart values reference '[^']*' with key '[^']*'): (?!secrets|key).*/s,
    '$1: <words>',
  ],
  [/(for object \S+ \/v1, Kind=(?:ConfigMap|Secret)): .*/s, '$1: <words>'],
];

export function withoutOwnWords(seen: Json): Json {
  return JSON.parse(JSON.stringify(seen), (key, value) => {
    if (typeof value !== 'string') return value;
    if (key === 'manifest') return withoutBlankLines(value);
    if (key !== 'message' && key !== 'description') return value;
    return ours.reduce((text, [pattern, instead]) => text.replace(pattern, instead), value);
  }) as Json;
}

/** helm-controller v1.6.3 has Helm v4.2, which cuts documents where v4.3 leaves an empty line. */
function withoutBlankLines(manifest: string): string {
  return manifest
    .split('\n')
    .filter(line => line !== '')
    .join('\n');
}
