import type { Value } from '@millrace/go-template';
import {
  arrangeRelease,
  type Chart,
  crdFiles,
  prepareChart,
  processDependencies,
  type RenderedFiles,
  renderFiles,
  storedChart,
} from '@millrace/helm';
import { isObject, type Json } from '@millrace/json';
import {
  type LookedUp,
  type Lookups,
  lookupKey,
  type ReleaseChart,
  type RenderOutcome,
  type RenderRequest,
} from './chart.ts';

export interface LocalChartOptions {
  /** Changes the files between rendering and arranging. */
  postRender?: (files: ReadonlyMap<string, string>) => ReadonlyMap<string, string>;
  subNotes?: boolean;
  warn?: (message: string) => void;
}

/** A chart that is rendered here and now. */
export function localChart(chart: Chart, options: LocalChartOptions = {}): ReleaseChart {
  return {
    metadata: chart.metadata,
    crds: async values => crdFiles(processDependencies(chart, values, options.warn)),
    render: async request => renderHere(chart, request, options),
  };
}

/** The same for a thread: synchronous, and nothing is thrown. */
export function renderHere(
  chart: Chart,
  request: RenderRequest,
  { postRender, subNotes = false, warn }: LocalChartOptions,
): RenderOutcome {
  const { values, release, capabilities, lookups, defaults } = request;
  const wanted: LookedUp[] = [];
  try {
    const given = defaults ? { ...chart, values: defaults } : chart;
    const prepared = prepareChart(given, values, {
      skipSchemaValidation: request.skipSchemaValidation ?? false,
      ...(warn && { warn }),
    });
    const { files, notes }: RenderedFiles = renderFiles(prepared.chart, prepared.values, {
      release,
      capabilities,
      subNotes,
      ...(warn && { warn }),
      lookup: (apiVersion, kind, namespace, name) =>
        answer({ apiVersion, kind, namespace, name }, lookups, wanted),
    });
    const changed = postRender && wanted.length === 0 ? postRender(files) : files;
    const rendered = arrangeRelease(prepared.chart, { files: changed, notes }, {});
    if (rendered.problem) throw rendered.problem;
    const { hooks, manifest } = rendered;
    return { wanted, result: { rendered: { chart: storedChart(prepared.chart), hooks, manifest, notes } } };
  } catch (error) {
    return { wanted, result: { problem: error instanceof Error ? error : new Error(String(error)) } };
  }
}

type GoMap = { [key: string]: Value };

function answer(asked: LookedUp, lookups: Lookups, wanted: LookedUp[]): GoMap {
  const known = lookups.get(lookupKey(asked));
  if (!known) {
    wanted.push(asked);
    return {};
  }
  if ('problem' in known) throw new Error(known.problem);
  return goMap(known.found);
}

/** Whole numbers are int64 in what client-go reads. */
function goMap(object: { [key: string]: Json | undefined }): GoMap {
  const map: GoMap = Object.create(null);
  for (const [key, value] of Object.entries(object)) map[key] = goValue(value ?? null);
  return map;
}

function goValue(value: Json): Value {
  if (Array.isArray(value)) return value.map(goValue);
  if (isObject(value)) return goMap(value);
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
}
