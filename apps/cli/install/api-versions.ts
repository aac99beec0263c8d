import { kinds } from '@millrace/api';
import { CliError } from '../cli-error.ts';

/** The version of each kind, by `group/Kind`. */
export type ApiVersions = ReadonlyMap<string, string>;

const current: ApiVersions = new Map(kinds.map(({ group, kind, version }) => [`${group}/${kind}`, version]));

/** Flux 2.6 had images in their last beta, and no ArtifactGenerator. */
const of26: ApiVersions = new Map(
  [...current]
    .filter(([name]) => !name.startsWith('source.extensions.'))
    .map(([name, version]) => [name, name.startsWith('image.') ? 'v1beta2' : version]),
);

const byFlux = new Map([
  ['2.9', current],
  ['2.8', current],
  ['2.7', current],
  ['2.6', of26],
]);

/** The newest versions of kinds in a minor version of Flux: `2.9`, or the one that this program stands for. */
export function apiVersionsOf(flux: string | undefined): ApiVersions {
  const found = flux ? byFlux.get(flux) : current;
  if (found) return found;
  const supported = [...byFlux.keys()].join(', ');
  throw new CliError(`version ${flux} is not supported, supported versions are: ${supported}`);
}
