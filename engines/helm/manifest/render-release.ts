import { compareStrings, fromBytes } from '@millrace/go-template';
import type { Chart, Values } from '../chart/chart.ts';
import { isInRange } from '../dependencies/version-range.ts';
import { defaultCapabilities, type KubeVersion } from '../render/capabilities.ts';
import { type RenderOptions, renderChart } from '../render/render.ts';
import { RenderError } from '../render/render-error.ts';
import { arrangeManifests, type Manifest } from './arrange.ts';
import { crdFiles } from './crd.ts';
import type { ManifestError } from './head.ts';
import type { Hook } from './hook.ts';
import { trimSpace } from './white-space.ts';

export interface ReleaseRenderOptions extends RenderOptions {
  /** Put the files under crds/ before all manifests. */
  includeCrds?: boolean;
  /** Take in the NOTES.txt of subcharts. */
  subNotes?: boolean;
}

/** The rendered files of a chart by name, before they are split into manifests, and the notes apart from them. */
export interface RenderedFiles {
  files: ReadonlyMap<string, string>;
  notes: string;
}

/** What a release of a chart consists of. */
export interface RenderedRelease {
  hooks: Hook[];
  manifests: Manifest[];
  /** The manifests as one text: what `helm get manifest` shows. */
  manifest: string;
  notes: string;
  /** A document that is no YAML. Then there are no manifests, and the text is all that was rendered, for the eye. */
  problem?: ManifestError;
}

const notesFile = 'NOTES.txt';

/**
 * Render a chart for a release: hooks and manifests in the order of installation, and the notes. The chart's
 * dependencies were processed, its values coalesced; templates may change them.
 *
 * Throws RenderError, also if the chart is not for this version of Kubernetes, and LimitError.
 *
 * Rule: renderResources in pkg/action of helm v4.3.1
 */
export function renderRelease(chart: Chart, values: Values, options: ReleaseRenderOptions): RenderedRelease {
  return arrangeRelease(chart, renderFiles(chart, values, options), options);
}

/** The first half of renderRelease. Between the two a post-renderer may change the files: see planPostRender. */
export function renderFiles(chart: Chart, values: Values, options: ReleaseRenderOptions): RenderedFiles {
  refuseOtherVersions(chart, (options.capabilities ?? defaultCapabilities).kubeVersion);
  const files = renderChart(chart, values, options);
  return { notes: takeNotes(files, chart, options.subNotes ?? false), files };
}

/** The second half of renderRelease: the manifests of rendered files. */
export function arrangeRelease(
  chart: Chart,
  { files, notes }: RenderedFiles,
  options: Pick<ReleaseRenderOptions, 'includeCrds'>,
): RenderedRelease {
  const { hooks, manifests, problem } = arrangeManifests(files);
  if (problem) return { hooks, manifests: [], manifest: everything(files), notes: '', problem };
  const crds = options.includeCrds ? crdFiles(chart) : [];
  const manifest = [
    ...crds.map(({ name, file }) => withSource(name, fromBytes(file.data))),
    ...manifests.map(({ name, content }) => withSource(name, content)),
  ].join('');
  return { hooks, manifests, manifest, notes };
}

/** A document as Helm puts it among others. */
export function withSource(name: string, content: string): string {
  return `---\n# Source: ${name}\n${content}\n`;
}

function refuseOtherVersions({ metadata }: Chart, { version, normalized }: KubeVersion): void {
  const { kubeVersion } = metadata;
  if (!kubeVersion || isInRange(kubeVersion, normalized || version)) return;
  throw new RenderError(
    `chart requires kubeVersion: ${kubeVersion} which is incompatible with Kubernetes ${version}`,
  );
}

/** The text of the NOTES.txt, which leaves the files. */
function takeNotes(files: Map<string, string>, chart: Chart, ofSubcharts: boolean): string {
  const own = `${chart.metadata.name}/templates/${notesFile}`;
  let notes = '';
  for (const [name, text] of files) {
    if (!name.endsWith(notesFile)) continue;
    files.delete(name);
    // Helm goes over the notes of subcharts in no order.
    if (ofSubcharts || name === own) notes += (notes === '' ? '' : '\n') + text;
  }
  return notes;
}

function everything(files: ReadonlyMap<string, string>): string {
  return [...files]
    .filter(([, text]) => trimSpace(text) !== '')
    .sort(([a], [b]) => compareStrings(a, b))
    .map(([name, text]) => withSource(name, text))
    .join('');
}
