import { fromBytes, TemplateError } from '@millrace/go-template';
import type { Chart, Values } from '../chart/chart.ts';
import { BadPattern, compileGlob } from '../chart/glob.ts';
import { crdFiles } from './crd.ts';
import { ManifestError } from './head.ts';
import type { Hook } from './hook.ts';
import {
  arrangeRelease,
  type ReleaseRenderOptions,
  type RenderedRelease,
  renderFiles,
  withSource,
} from './render-release.ts';
import { splitManifests } from './split.ts';
import { trimSpace } from './white-space.ts';

/** The flags of `helm template` that decide what it prints. */
export interface TemplateOptions extends ReleaseRenderOptions {
  /** `--no-hooks` */
  noHooks?: boolean;
  /** `--skip-tests` */
  skipTests?: boolean;
  /** `--show-only`: patterns of the paths of templates within their chart. */
  showOnly?: readonly string[];
  /** `--output-dir` */
  outputDir?: string | undefined;
  /** `--release-name`: put what is written to the output directory under the name of the release. */
  useReleaseName?: boolean;
  /** `--post-renderer`: changes the rendered files: see planPostRender. It may throw ManifestError. */
  postRender?: ((files: ReadonlyMap<string, string>) => ReadonlyMap<string, string>) | undefined;
  /** `--debug`: print what was rendered even if it is no YAML. */
  debug?: boolean;
}

/** What `helm template` prints, writes and says. */
export interface TemplateOutput {
  stdout: string;
  /** What follows `Error: ` on the standard error; then the exit code is 1. */
  error?: string;
  /** With `--output-dir`: what is to be written, in this order. */
  files: OutputFile[];
}

/** A piece of a file. */
export interface OutputFile {
  path: string;
  text: string;
  /** Whether it is put after what the file holds; `if-exists` asks for the file as it is then. */
  append: 'never' | 'always' | 'if-exists';
}

/**
 * What `helm template` does with a chart whose dependencies were processed and values that were coalesced. Nothing is
 * thrown: what is wrong with the chart is in `error`.
 *
 * Rule: pkg/cmd/template.go of helm v4.3.1
 */
export function templateChart(chart: Chart, values: Values, options: TemplateOptions): TemplateOutput {
  const rendered = renderedOrError(chart, values, options);
  const error = 'message' in rendered ? rendered.message : rendered.problem?.message;
  if (error !== undefined && !options.debug)
    return { stdout: '', files: [], error: `${error}\n\nUse --debug flag to render out invalid YAML` };
  const release = 'message' in rendered ? nothing : rendered;
  const files = options.outputDir === undefined ? [] : plannedFiles(chart, release, options);
  const written = files.map(({ path }) => `wrote ${path}\n`).join('');
  const text = printedText(release, options);
  const shown = options.showOnly?.length ? selected(text, options.showOnly) : { text };
  if ('text' in shown)
    return { stdout: written + shown.text, files, ...(error === undefined ? {} : { error }) };
  return { stdout: written, files, error: error ?? `could not find template ${shown.missing} in chart` };
}

type Failure = TemplateError | ManifestError;

const nothing: RenderedRelease = { hooks: [], manifests: [], manifest: '', notes: '' };

function renderedOrError(chart: Chart, values: Values, options: TemplateOptions): RenderedRelease | Failure {
  try {
    const { files, notes } = renderFiles(chart, values, options);
    return arrangeRelease(chart, { files: options.postRender?.(files) ?? files, notes }, options);
  } catch (error) {
    if (error instanceof TemplateError || error instanceof ManifestError) return error;
    throw error;
  }
}

function shownHooks(hooks: readonly Hook[], { noHooks, skipTests }: TemplateOptions): Hook[] {
  if (noHooks) return [];
  return hooks.filter(({ events }) => !skipTests || !events.includes('test'));
}

/** What goes to the standard output; with an output directory nothing is left but what was no YAML. */
function printedText({ manifest, hooks, problem }: RenderedRelease, options: TemplateOptions): string {
  const isWritten = options.outputDir !== undefined;
  const texts = isWritten ? [] : shownHooks(hooks, options).map(hook => withSource(hook.path, hook.manifest));
  return `${isWritten && !problem ? '' : trimSpace(manifest)}\n${texts.join('')}`;
}

function plannedFiles(chart: Chart, release: RenderedRelease, options: TemplateOptions): OutputFile[] {
  const files: OutputFile[] = [];
  const folder = options.outputDir!;
  const inner = options.useReleaseName
    ? `${folder.replace(/(?<!\/)\/+$/, '')}/${options.release.name}`
    : folder;
  const begun = new Set<string>();
  const add = (base: string, name: string, content: string) => {
    const append = begun.has(name) ? 'always' : 'never';
    files.push({ path: `${base}/${name}`, text: withSource(name, content), append });
    begun.add(name);
  };
  // Helm forgets the name of the release for these.
  if (options.includeCrds && !release.problem)
    for (const { name, file } of crdFiles(chart)) add(folder, name, fromBytes(file.data));
  for (const { name, content } of release.manifests) add(inner, name, content);
  for (const { path, manifest } of shownHooks(release.hooks, options))
    files.push({ path: `${inner}/${path}`, text: withSource(path, manifest), append: 'if-exists' });
  return files;
}

const sourceMark = '# Source: ';

/** The path in the chart that a document says it comes from. */
function sourcePath(document: string): string | undefined {
  for (let at = document.indexOf(sourceMark); at >= 0; ) {
    const slash = document.indexOf('/', at + sourceMark.length + 1);
    if (slash < 0) return undefined;
    const [path = ''] = document.slice(slash + 1).split('\n', 1);
    if (document[at + sourceMark.length] !== '/' && path !== '') return path;
    at = document.indexOf(sourceMark, document[at + sourceMark.length] === '/' ? at + 1 : slash);
  }
  return undefined;
}

/** The documents whose path within the chart matches one of the patterns, or the pattern that none matches. */
function selected(text: string, patterns: readonly string[]): { text: string } | { missing: string } {
  const documents = splitManifests(text).map(document => ({
    document,
    path: sourcePath(document),
  }));
  let out = '';
  for (const pattern of patterns) {
    const matches = matcher(pattern);
    const chosen = documents.filter(({ path }) => path !== undefined && matches(path));
    if (chosen.length === 0) return { missing: pattern };
    out += chosen.map(({ document }) => `---\n${document}\n`).join('');
  }
  return { text: out };
}

function matcher(pattern: string): (path: string) => boolean {
  try {
    return compileGlob(pattern);
  } catch (error) {
    if (error instanceof BadPattern) return () => false;
    throw error;
  }
}
