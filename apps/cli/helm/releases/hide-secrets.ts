import { type Release, splitManifests } from '@millrace/helm';
import { isObject } from '@millrace/json';
import { parseAll } from '@millrace/yaml';
import type { DeployFlags } from './deploy-flags.ts';

/** With --hide-secret, what is printed has no Secrets among its templates. */
export function withoutSecrets(release: Release, { hideSecret }: Pick<DeployFlags, 'hideSecret'>): Release {
  if (!hideSecret) return release;
  const manifest = splitManifests(release.manifest)
    .map(text => `---\n${isSecret(text) ? hidden(text) : text}`)
    .join('');
  return { ...release, manifest };
}

function isSecret(text: string): boolean {
  const [object] = parseAll(text);
  return isObject(object) && object.kind === 'Secret' && object.apiVersion === 'v1';
}

function hidden(text: string): string {
  const [source = ''] = text.split('\n', 1);
  return `${source}\n# HIDDEN: The Secret output has been suppressed\n`;
}
