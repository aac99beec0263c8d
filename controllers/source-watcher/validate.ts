import type { ArtifactGenerator } from '@millrace/api';
import { Stalled } from '@millrace/controller';

/** What no schema tells. Throws Stalled. */
export function validate({ metadata, spec }: ArtifactGenerator, crossNamespaceRefs: boolean): void {
  const invalid = (message: string) => new Stalled('ValidationFailed', message);
  const aliases = new Set<string>();
  const names = new Set<string>();
  for (const { name, revision } of spec.artifacts) {
    if (names.has(name)) throw invalid(`duplicate artifact name '${name}' found`);
    names.add(name);
    const alias = revision?.slice(1);
    if (alias && !spec.sources.some(source => source.alias === alias))
      throw invalid(`artifact ${name} revision source alias '${alias}' not found`);
  }
  for (const { alias, kind, name, namespace = metadata.namespace } of spec.sources) {
    if (aliases.has(alias)) throw invalid(`duplicate source alias '${alias}' found`);
    aliases.add(alias);
    if (!crossNamespaceRefs && namespace !== metadata.namespace)
      throw new Stalled(
        'AccessDenied',
        `cross-namespace reference to source ${kind}/${namespace}/${name} is not allowed`,
      );
    // It would hold itself, and what it held before, for ever.
    if (kind === 'ExternalArtifact' && namespace === metadata.namespace && names.has(name))
      throw invalid(`source '${alias}' is the artifact '${name}' that is to be made of it`);
  }
}
