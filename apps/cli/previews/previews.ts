import { startBuilder } from '@millrace/kustomize-controller/rendering';
import type { Previews } from '@millrace/web';
import { Commits } from './commits.ts';
import { compareHelmRelease, releaseChoices } from './helm-release.ts';
import { choicesOf, compareKustomization, sourceFor } from './kustomization.ts';
import { valuesIn } from './release-values.ts';
import { type LocalGit, treesOf } from './trees.ts';

/** Tells what Kustomizations and HelmReleases would become. Its threads end by themselves when nobody asks. */
export function previewsFor(localGit?: LocalGit): Previews {
  const commits = new Commits(localGit);
  const tools = { builder: startBuilder(), trees: treesOf(localGit) };
  const isRelease = (kind: string) => kind === 'HelmRelease';
  return {
    choices: async of => (isRelease(of.object.kind) ? releaseChoices : choicesOf(of, tools)),
    compare: (of, between) =>
      isRelease(of.object.kind) ? compareHelmRelease(of) : compareKustomization(of, between, tools),
    values: valuesIn,
    commits: async (of, revisions) => commits.of(await sourceFor(of), revisions, of.signal),
    commitsBetween: async (of, earlier, later) =>
      commits.between(await sourceFor(of), earlier, later, of.signal),
    stop: () => tools.builder.stop(),
  };
}
