import type { HelmRelease } from '@millrace/api';
import type { Capabilities, Chart, CustomResourceFile, Release, Values } from '@millrace/helm';
import { localChart, type ReleaseChart, type RenderContext, render } from '@millrace/releases';
import { type PostRender, postRendered, postRenderOf } from './post-render.ts';
import { releaseNameOf, releaseNamespaceOf } from './spec.ts';

export interface PreviewOptions {
  /** A chart that is rendered here, or whoever renders it, given what is to be changed of what it renders. */
  chart: Chart | ((changes: PostRender) => ReleaseChart);
  values: Values;
  capabilities: Capabilities;
  /** The release that there is; without one it would be installed. */
  current: Release | undefined;
  on: RenderContext;
  warn(message: string): void;
}

export interface Preview extends Pick<Release, 'name' | 'namespace' | 'version' | 'manifest' | 'hooks'> {
  /** What the chart has in crds/. */
  crds: CustomResourceFile[];
  notes: string;
}

/** What the next release of a HelmRelease would consist of, as the controller would render it. Throws what it would fail with. */
export async function previewOf(hr: HelmRelease, options: PreviewOptions): Promise<Preview> {
  const { chart: given, values, capabilities, current, on, warn } = options;
  const [name, namespace] = [releaseNameOf(hr), releaseNamespaceOf(hr)];
  const version = (current?.version ?? 0) + 1;
  const changes = postRenderOf(hr, false);
  const { install, upgrade } = hr.spec;
  const skipSchemaValidation = (current ? upgrade : install)?.disableSchemaValidation ?? false;
  const chart =
    typeof given === 'function'
      ? given(changes)
      : localChart(given, { postRender: files => postRendered(files, changes), warn });
  const rendered = await render(
    chart,
    {
      values,
      release: { name, namespace, revision: version, isUpgrade: current !== undefined },
      capabilities,
      skipSchemaValidation,
    },
    on,
  );
  const { manifest, hooks, notes } = rendered;
  return { name, namespace, version, manifest, hooks, crds: await chart.crds(values), notes };
}
