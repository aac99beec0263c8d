import { randomBytes } from 'node:crypto';
import {
  Budget,
  type ExecuteOptions,
  execute,
  goInt,
  LimitError,
  type Limits,
  ParseCache,
  TemplateError,
  TemplateSet,
} from '@millrace/go-template';
import type { Chart, Values } from '../chart/chart.ts';
import { type Capabilities, capabilitiesObject, defaultCapabilities } from './capabilities.ts';
import { helmFunctions } from './functions.ts';
import { withoutNoValue } from './include.ts';
import { executionError, parseError } from './render-error.ts';
import { inParseOrder, isPartial, type TemplateFile, templateFiles } from './scope.ts';
import type { Lookup, Session } from './session.ts';
import { valuesObject } from './values-object.ts';

/** The release that a chart is rendered for. */
export interface ReleaseOptions {
  name: string;
  namespace: string;
  /** 1 if left out. */
  revision?: number;
  isUpgrade?: boolean;
}

export interface RenderOptions {
  release: ReleaseOptions;
  capabilities?: Capabilities;
  /** For `lookup`; without it, no cluster has anything. */
  lookup?: Lookup | undefined;
  /** `required` and `fail` tell `warn` and give ''. */
  lint?: boolean;
  /** A missing key is an error. */
  strict?: boolean;
  warn?: (message: string) => void;
  /** Milliseconds since 1970; the system's clock if left out. */
  clock?: () => number;
  /** The source of passwords and keys; the system's if left out. */
  random?: (count: number) => Uint8Array;
  /** Limits of the whole render: see Limits of @millrace/go-template. */
  limits?: Partial<Limits>;
  signal?: AbortSignal | undefined;
}

/** The render that is going on. Renders are synchronous, so there is one, or one within the lookup of another. */
let current: Session | undefined;

const functions = helmFunctions(() => current!);

/** Charts are rendered again and again: their texts are parsed and compiled once. */
const cache = new ParseCache();

/**
 * Render the templates of a chart whose dependencies were processed, with values that were coalesced; templates may
 * change them (`set`). Returns the text of each template that is no partial, by its name
 * (`parent/charts/sub/templates/x.yaml`), in Helm's order of rendering.
 *
 * Throws RenderError in Helm's words, or LimitError, which names template and line, if a limit is passed.
 *
 * Rule: pkg/engine of helm v4.3.1
 */
export function renderChart(chart: Chart, values: Values, options: RenderOptions): Map<string, string> {
  const surroundings = {
    release: releaseObject(options.release),
    capabilities: capabilitiesObject(options.capabilities ?? defaultCapabilities),
  };
  const files = inParseOrder(templateFiles(chart, values, surroundings));
  const outer = current;
  current = sessionOf(options);
  try {
    return executed(parsed(files), files, options);
  } finally {
    current = outer;
  }
}

function sessionOf(options: RenderOptions): Session {
  return {
    lint: options.lint ?? false,
    // A linter has no cluster.
    lookup: options.lint ? undefined : options.lookup,
    warn: options.warn ?? (() => {}),
    clock: options.clock ?? Date.now,
    random: options.random ?? randomBytes,
    included: new Map(),
  };
}

function releaseObject({ name, namespace, revision = 1, isUpgrade = false }: ReleaseOptions) {
  return {
    Name: name,
    Namespace: namespace,
    IsUpgrade: isUpgrade,
    IsInstall: !isUpgrade,
    Revision: goInt(revision),
    Service: 'Helm',
  };
}

function parsed(files: readonly TemplateFile[]): TemplateSet {
  const set = new TemplateSet({ functions, cache });
  for (const { name, text } of files) {
    try {
      set.parse(name, text);
    } catch (error) {
      throw error instanceof TemplateError ? parseError(error) : error;
    }
  }
  return set;
}

function executed(
  set: TemplateSet,
  files: readonly TemplateFile[],
  options: RenderOptions,
): Map<string, string> {
  const budget = new Budget(options);
  const execution: ExecuteOptions = { missingKey: options.strict ? 'error' : 'zero', budget };
  const rendered = new Map<string, string>();
  let size = 0;
  for (const file of files) {
    if (isPartial(file.name)) continue;
    const text = executedFile(set, file, execution);
    size += text.length;
    if (size > budget.limits.outputSize)
      throw new LimitError(
        `template: ${file.name}: the chart exceeded the output limit of ${budget.limits.outputSize} characters`,
      );
    rendered.set(file.name, text);
  }
  return rendered;
}

function executedFile(
  set: TemplateSet,
  { name, basePath, scope }: TemplateFile,
  options: ExecuteOptions,
): string {
  scope.Template = valuesObject({ Name: name, BasePath: basePath });
  try {
    return withoutNoValue(execute(set, name, valuesObject(scope), options));
  } catch (error) {
    if (!(error instanceof TemplateError) || error instanceof LimitError) throw error;
    throw executionError(error);
  }
}
