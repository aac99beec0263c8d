import { asJson, type KubeObject } from '@millrace/kube';
import { stringify } from '@millrace/yaml';
import type { Checked } from './check-flags.ts';
import { requireNoCircle } from './circle.ts';
import { below, kustomizationIn, type Preview, previewOf } from './preview.ts';
import type { PreviewFlags, PreviewPlace } from './preview-flags.ts';

/** `build kustomization NAME`: what it would apply, in YAML. Throws CliError. */
export async function buildKustomization(
  { name, folder }: Checked,
  flags: PreviewFlags,
  place: PreviewPlace,
): Promise<string> {
  const objects = await all(await previewOf(name, folder, flags, place), flags, place, []);
  return objects.map(object => `${stringify(asJson(object))}---\n`).join('');
}

/** The objects of a Kustomization, then, with `--recursive`, those of the Kustomizations among them. */
async function all(
  preview: Preview,
  flags: PreviewFlags,
  place: PreviewPlace,
  above: readonly string[],
): Promise<KubeObject[]> {
  if (!flags.recursive) return preview.objects;
  const path = requireNoCircle(preview.kustomization, above);
  const objects = [...preview.objects];
  for (const object of preview.objects) {
    const found = kustomizationIn(object, preview);
    if (!found) continue;
    const { folder, flags: own } = below(found, flags);
    const inner = await previewOf(found.metadata.name, folder, own, place, found);
    objects.push(...(await all(inner, own, place, path)));
  }
  return objects;
}
