import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Chart, requireSchemas, SchemaError, type Values } from '@millrace/helm';
import type { Json } from '@millrace/json';
import { GetError, httpGet } from '../http-get.ts';
import { HelmCommandError } from './helm-error.ts';

/** What another server may take to send a schema, in milliseconds, and how long that may be, in bytes. */
const limits = { patience: 15_000, size: 16 * 1024 * 1024 };

/** A schema, or why there is none. */
type Fetched = { schema: Json } | { problem: string };

/**
 * Values must meet the schemas of the chart and its subcharts; schemas that these refer to by a URL are fetched, and
 * files read, as helm does it. Throws HelmCommandError, with the reason where one cannot be had.
 */
export async function checkSchemas(chart: Chart, values: Values): Promise<void> {
  const fetched = new Map<string, Fetched>();
  for (;;) {
    const missing = new Set<string>();
    const resolve = (url: string) => {
      const found = fetched.get(url);
      if (found === undefined) {
        if (/^(?:https?|file):/.test(url)) missing.add(url);
        return undefined;
      }
      if ('problem' in found) throw new SchemaError(found.problem);
      return found.schema;
    };
    try {
      return requireSchemas(chart, values, { resolve });
    } catch (error) {
      if (!(error instanceof SchemaError)) throw error;
      if (missing.size === 0) throw new HelmCommandError(error.message, { cause: error });
    }
    for (const url of missing)
      fetched.set(url, url.startsWith('file:') ? readSchema(url) : await fetchSchema(url));
  }
}

async function fetchSchema(url: string): Promise<Fetched> {
  try {
    return parsed((await httpGet(url, limits)).body.toString());
  } catch (error) {
    if (!(error instanceof GetError)) throw error;
    const { status, message } = error;
    if (status === undefined) return { problem: `HTTP request failed for ${url}: ${message}` };
    return { problem: `HTTP request to ${url} failed: ${message}` };
  }
}

function readSchema(url: string): Fetched {
  const path = fileURLToPath(url);
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) return { problem: `open ${path}: no such file or directory` };
    if (!status.isFile()) return { problem: `open ${path}: it is no regular file` };
    if (status.size > limits.size) return { problem: `open ${path}: it is longer than ${limits.size} bytes` };
    return parsed(readFileSync(path, 'utf8'));
  } catch (error) {
    return { problem: `open ${path}: ${(error as Error).message}` };
  }
}

function parsed(text: string): Fetched {
  try {
    return { schema: JSON.parse(text) as Json };
  } catch {
    return { problem: 'what is there is no JSON' };
  }
}
