import { arrangeManifests, type Hook, installOrder } from '@millrace/helm';
import { isObject } from '@millrace/json';
import { hiddenFields, masked, withoutContent } from '@millrace/masking';
import { parseAll, stringify } from '@millrace/yaml';
import { type Previewed, previewed } from './inputs.ts';
import type { PreviewFlags, PreviewPlace } from './preview-place.ts';

export interface BuildFlags extends PreviewFlags {
  showSecrets?: boolean;
  /** Without those of crds/ where it is false. */
  crds: boolean;
  hooks: boolean;
}

/** `build helmrelease NAME`: the manifests of its next release, in YAML. Throws CliError. */
export async function buildHelmRelease(
  name: string,
  flags: BuildFlags,
  place: PreviewPlace,
): Promise<string> {
  const found = await previewed(name, flags, place);
  return manifestsOf(found, flags);
}

function manifestsOf({ preview, secrets }: Previewed, { showSecrets, crds, hooks }: BuildFlags): string {
  const definitions = crds
    ? preview.crds.map(({ name, file }) => document(name, Buffer.from(file.data).toString('utf8')))
    : [];
  const run = hooks ? preview.hooks.map(hookText) : [];
  const text = [...definitions, preview.manifest.trimEnd(), ...run].filter(part => part !== '').join('\n');
  if (showSecrets) return `${text}\n`;
  return masked(withoutSecrets(`${text}\n`), secrets);
}

const document = (source: string, text: string) => `---\n# Source: ${source}\n${text.trim()}`;

const hookText = ({ path, manifest }: Hook) => document(path, manifest);

/** What is no Secret stays as it was written. */
function withoutSecrets(text: string): string {
  const { manifests } = arrangeManifests(new Map([['manifest', text]]), installOrder);
  if (!manifests.some(({ head }) => head.kind === 'Secret')) return text;
  return text
    .split(/^(?=---)/m)
    .map(part => {
      const [, start = '', body = ''] = /^((?:---.*\n)?(?:#.*\n)*)([\s\S]*)$/.exec(part) ?? [];
      const [object] = parseAll(body);
      return isObject(object) && hiddenFields(object) ? start + stringify(withoutContent(object)) : part;
    })
    .join('');
}
