import { isObject, type Json } from '@millrace/json';

/**
 * What is said in other words than Flux's, and meant to be: which file, which line, and nothing of what a Secret or a
 * ConfigMap holds. The words before stay, for alerts match on them.
 */
const ours: [pattern: RegExp, instead: string][] = [
  [/^(kustomize build failed|kustomization path not found): .*/s, '$1: <words>'],
  [/^(failed to decode Kubernetes YAML from) .*/s, '$1 <words>'],
  [
    /^(post build failed for '[^']*': envsubst error: (?:variable substitution failed|YAMLToJSON)): .*/s,
    '$1: <words>',
  ],
  [/^(error decrypting sources): (?:\S+: )?(cannot get sops data key): .*/s, '$1: $2: <words>'],
  // Variables are looked for once, not for each object.
  [/^post build failed for '[^']*': (envsubst error: )?(?=substitute from|'[^']*' var name)/, ''],
  [/^((?:ConfigMap|Secret)\/\S+ dry-run failed(?: \(\w+\))?): .*/s, '$1: <words>'],
  [/(provider '\w+' not implemented): .*/s, '$1'],
  // The embedded API gives a reason where Kubernetes gives none.
  [/ dry-run failed \(BadRequest\)/, ' dry-run failed'],
  [/^(failed to create ignore rule selector): .*/s, '$1: <words>'],
  [/^open \S+\/kustomization.yaml: not a directory.*/s, 'kustomize build failed: <words>'],
  [/(status: '(?:InProgress|Unknown)'): [^,\]]*/g, '$1'],
];

export function withoutOwnWords(seen: Json): Json {
  return JSON.parse(JSON.stringify(seen), (key, value) => {
    if (key === 'status' && isGated(value)) return { ...value, observedGeneration: undefined };
    if (key !== 'message' || typeof value !== 'string') return value;
    return ours.reduce((text, [pattern, instead]) => text.replace(pattern, instead), value);
  }) as Json;
}

/** Flux says of these that they have not been observed: whoever waits for that would wait for ever. */
function isGated(status: Json): boolean {
  const conditions = isObject(status) && Array.isArray(status.conditions) ? status.conditions : [];
  return conditions.some(
    condition =>
      isObject(condition) &&
      (condition.reason === 'FeatureGateDisabled' ||
        /feature gate is disabled/.test(String(condition.message))),
  );
}
