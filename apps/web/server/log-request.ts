import { identityHeaders, type KubeClient } from '@millrace/kube';
import type { LogLine } from '../model/log.ts';
import { logLines } from './log-lines.ts';
import type { Viewer } from './viewer.ts';

export interface LogRequest {
  namespace: string;
  pod: string;
  container: string;
  follow?: boolean;
  /** Of the container that ran before. */
  previous?: boolean;
  tailLines?: number;
  /** RFC 3339; API servers know no less than seconds. */
  since?: string;
}

/** The lines of a container, asked for in the viewer's name. Throws ApiError, ConnectionError. */
export async function* readLog(
  { client, as }: Viewer,
  request: LogRequest,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const headers = identityHeaders(as);
  const stream = await client.transport.stream({
    method: 'GET',
    path: await pathOf(client, request),
    headers,
    signal,
  });
  try {
    yield* logLines(stream.chunks);
  } finally {
    stream.close();
  }
}

async function pathOf(client: KubeClient, request: LogRequest): Promise<string> {
  const { namespace, pod, container, follow, previous, tailLines, since } = request;
  const query = new URLSearchParams({ container, timestamps: 'true' });
  if (follow) query.set('follow', 'true');
  if (previous) query.set('previous', 'true');
  if (tailLines !== undefined) query.set('tailLines', String(tailLines));
  const from = since === undefined ? Number.NaN : Date.parse(since);
  if (!Number.isNaN(from)) query.set('sinceTime', `${new Date(from).toISOString().slice(0, 19)}Z`);
  const mapping = await client.discovery.mapping('v1', 'Pod');
  return `${client.pathTo(mapping, namespace, pod)}/log?${query}`;
}
