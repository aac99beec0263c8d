import { generatedText, type InstallOptions, installation, installationText } from '@millrace/installation';
import { asKubeObject, type KubeObject } from '@millrace/kube';
import { buildDirectory } from '../kustomize/build.ts';

/**
 * What is to be installed, and the text of it.
 * @param folder of a kustomization to be installed instead, as `--manifests` names it
 */
export async function manifestsOf(
  options: InstallOptions,
  folder: string | undefined,
): Promise<{ objects: KubeObject[]; text: string }> {
  if (!folder) return { objects: installation(options), text: installationText(options) };
  const built = await buildDirectory(folder);
  const objects = built.map(asKubeObject);
  return { objects, text: generatedText(objects, options) };
}
