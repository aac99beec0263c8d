import { type Chart, requireSchemas, SchemaError, type Values } from '@millrace/helm';
import type { Json } from '@millrace/json';
import { HelmCommandError } from './helm-error.ts';

/** Milliseconds that another server has to send a schema. */
const patience = 15_000;

/**
 * Values must meet the schemas of the chart and its subcharts; schemas that these refer to by a URL are fetched, as
 * helm fetches them. Throws HelmCommandError.
 */
export async function checkSchemas(chart: Chart, values: Values): Promise<void> {
  const fetched = new Map<string, Json | undefined>();
  for (;;) {
    const missing = new Set<string>();
    const resolve = (url: string) => {
      if (!fetched.has(url) && /^https?:/.test(url)) missing.add(url);
      return fetched.get(url);
    };
    try {
      return requireSchemas(chart, values, { resolve });
    } catch (error) {
      if (!(error instanceof SchemaError)) throw error;
      if (missing.size === 0) throw new HelmCommandError(error.message, { cause: error });
    }
    for (const url of missing) fetched.set(url, await fetchSchema(url));
  }
}

/** Undefined for what cannot be had: the check then names the URL. */
async function fetchSchema(url: string): Promise<Json | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(patience) });
    return answer.ok ? ((await answer.json()) as Json) : undefined;
  } catch {
    return undefined;
  }
}
