import { CliError } from '../cli-error.ts';

export interface Reference {
  kind: string;
  name: string;
  namespace: string;
}

/** `[KIND/]NAME[.NAMESPACE]`. What is left out is empty. */
export function referenceIn(text: string): Reference {
  const parts = text.split('/');
  const [kind, name] = parts.length === 2 ? [parts[0]!, parts[1]!] : ['', text];
  const dot = name.lastIndexOf('.');
  return dot < 0
    ? { kind, name, namespace: '' }
    : { kind, name: name.slice(0, dot), namespace: name.slice(dot + 1) };
}

/** `[KIND/]NAME`: points belong to the name. */
export function localReferenceIn(text: string): { kind: string; name: string } {
  const parts = text.split('/');
  return parts.length === 2 ? { kind: parts[0]!, name: parts[1]! } : { kind: '', name: text };
}

/** The kind as it is written properly. Throws CliError for one that is none of them. @param what `source kind` */
export function kindAmong(kind: string, kinds: readonly string[], what: string): string {
  const found = kinds.find(one => one.toLowerCase() === kind.toLowerCase());
  if (!found) throw new CliError(`${what} '${kind}' is not supported, must be one of: ${kinds.join(', ')}`);
  return found;
}

const chartSources = ['HelmRepository', 'GitRepository', 'Bucket'];

/** `--source` of a chart. */
export function chartSourceIn(text: string, read: (text: string) => { kind: string; name: string }) {
  const reference = read(text);
  if (reference.kind === '' || reference.name === '')
    throw new CliError(
      `invalid argument "${text}" for "--source" flag: invalid helm chart source '${text}', must be in format <kind>/<name>`,
    );
  return {
    ...reference,
    kind: kindAmong(
      reference.kind,
      chartSources,
      `invalid argument "${text}" for "--source" flag: source kind`,
    ),
  };
}

/** `NAME` or `NAMESPACE/NAME`: what an object depends on. */
export function dependencyIn(text: string): { name: string; namespace?: string } {
  const parts = text.split('/');
  return parts.length === 2 ? { namespace: parts[0]!, name: parts[1]! } : { name: text };
}
