import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Charts, openCharts } from '@millrace/helm-controller';
import { type Builder, startBuilder } from '@millrace/kustomize-controller/rendering';
import type { Previews } from '@millrace/web';
import { Commits } from './commits.ts';
import { compareHelmRelease, releaseChoices } from './helm-release.ts';
import { choicesOf, compareKustomization, sourceFor } from './kustomization.ts';
import { valuesIn } from './release-values.ts';
import { type LocalGit, treesOf } from './trees.ts';

/** Tells what Kustomizations and HelmReleases would become. What that takes is there from the first question on. */
export function previewsFor(localGit?: LocalGit): Previews {
  const commits = new Commits(localGit);
  const trees = treesOf(localGit);
  let workshop: Workshop | undefined;
  const opened = () => (workshop ??= openWorkshop());
  const isRelease = (kind: string) => kind === 'HelmRelease';
  return {
    choices: of => (isRelease(of.object.kind) ? releaseChoices(of) : choicesOf(of, trees)),
    compare: (of, between) =>
      isRelease(of.object.kind)
        ? compareHelmRelease(of, between.before, opened().charts)
        : compareKustomization(of, between, { builder: opened().builder, trees }),
    values: valuesIn,
    commits: async (of, revisions) => commits.of(await sourceFor(of), revisions, of.signal),
    commitsBetween: async (of, earlier, later) =>
      commits.between(await sourceFor(of), earlier, later, of.signal),
    stop: async () => workshop?.close(),
  };
}

interface Workshop {
  builder: Builder;
  charts: Charts;
  close(): Promise<void>;
}

/** Threads that build and render, and a folder for charts. */
function openWorkshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-previews-'));
  const builder = startBuilder();
  const charts = openCharts(join(folder, 'archives'));
  return {
    builder,
    charts,
    async close() {
      await Promise.all([builder.stop(), charts.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
