import type { Fields } from './fields.ts';
import type { Behavior } from './resource.ts';

/** An entry of configMapGenerator or secretGenerator. */
export interface GeneratorArgs {
  name: string;
  namespace: string;
  behavior: Behavior;
  files: string[];
  literals: string[];
  envs: string[];
  /** Of a Secret; '' means Opaque. */
  type: string;
  options: GeneratorOptions | undefined;
}

export interface GeneratorOptions {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  disableNameSuffixHash: boolean;
  immutable: boolean;
}

export function readGeneratorArgs(fields: Fields): GeneratorArgs {
  const behavior = fields.string('behavior').toLowerCase();
  const env = fields.string('env');
  return {
    name: fields.string('name'),
    namespace: fields.string('namespace'),
    // Upstream takes every other word for create.
    behavior: behavior === 'replace' || behavior === 'merge' ? behavior : 'create',
    files: fields.strings('files'),
    literals: fields.strings('literals'),
    envs: [...fields.strings('envs'), ...(env === '' ? [] : [env])],
    type: fields.string('type'),
    options: fields.map('options', readGeneratorOptions),
  };
}

export function readGeneratorOptions(fields: Fields): GeneratorOptions {
  return {
    labels: fields.stringMap('labels') ?? {},
    annotations: fields.stringMap('annotations') ?? {},
    disableNameSuffixHash: fields.boolean('disableNameSuffixHash'),
    immutable: fields.boolean('immutable'),
  };
}

/** What a generator goes by: its own options, completed by those of the kustomization, which it cannot switch off. */
export function mergeOptions(
  own: GeneratorOptions | undefined,
  global: GeneratorOptions | undefined,
): GeneratorOptions {
  return {
    labels: { ...global?.labels, ...own?.labels },
    annotations: { ...global?.annotations, ...own?.annotations },
    disableNameSuffixHash: (own?.disableNameSuffixHash || global?.disableNameSuffixHash) ?? false,
    immutable: (own?.immutable || global?.immutable) ?? false,
  };
}
