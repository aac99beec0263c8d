import type { YamlError } from '@millrace/yaml';

/** What Go's reader says where ours says the other: those faults that templates make. */
const wordings: readonly [RegExp, string][] = [
  [/^a mapping cannot start here/, 'mapping values are not allowed in this context'],
  [/^a tab cannot indent|^a value cannot start with/, 'found character that cannot start any token'],
  [/^control characters/, 'control characters are not allowed'],
];

/** A fault in a YAML text as Go's reader words it, or in our words if there is none for it. */
export function goYamlProblem({ problem, line }: YamlError): string {
  const wording = wordings.find(([ours]) => ours.test(problem))?.[1];
  return `yaml: line ${line}: ${wording ?? problem}`;
}
