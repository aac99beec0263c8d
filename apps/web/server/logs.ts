import type { ServerResponse } from 'node:http';
import type { KubeObject } from '@millrace/kube';
import { type LogLine, type LogSource, tail } from '../model/log.ts';
import { momentOf } from '../model/log-position.ts';
import type { Container, Pod } from '../model/pod.ts';
import { ActionError } from './actions.ts';
import type { Asked } from './asked.ts';
import { openEventStream } from './event-stream.ts';
import { followChanges } from './following.ts';
import { type LogReader, logReader } from './log-reader.ts';
import { readLog } from './log-request.ts';
import { type LogSender, logSender } from './log-sender.ts';
import { readNamed } from './named-object.ts';
import { noPlace, takePlace } from './places.ts';
import { untilForbidden } from './rights.ts';
import type { Viewer } from './viewer.ts';
import { isWorkload, podSelection, podsOf } from './workload.ts';

/** Containers that are read at once. */
const most = 20;
/** Characters of what one said before it was started again. */
const mostBefore = 1024 * 1024;
/** Milliseconds in which changes of Pods are gathered. */
const gathering = 200;

/**
 * What the containers of a workload say: the last lines of all, by their time, then what each says as it says it. Pods
 * that come are read too, and containers that are started again. Everything is read in the viewer's name.
 */
export async function streamLogs(asked: Asked, response: ServerResponse): Promise<void> {
  const { viewer, query } = asked;
  const object = await readNamed(viewer, query, asked.signal);
  if (!isWorkload(object)) throw new ActionError(`a ${object.kind} runs no containers`);
  const pods = await podsOf(viewer, object, asked.signal);
  const log = { verb: 'get', group: '', resource: 'pods', subresource: 'log', ...inNamespace(object) };
  const stream = openEventStream(response, untilForbidden(viewer, log, asked.signal));
  const { signal } = stream;
  const send = logSender(stream);
  if (!takePlace(viewer, signal)) {
    stream.send('still', { why: noPlace });
    return stream.end();
  }
  const chosen = chosenBy(query);
  const since = query.get('since') || undefined;
  if (query.get('previous') === '1') {
    const before = chosen(pods);
    const lines = await Promise.all(before.map(one => previousLines(viewer, one, send, signal)));
    await sendAll(send, byTime(lines.flat()));
    return stream.send('begun', { left: 0 });
  }
  const readers = new Map<string, LogReader>();
  const meet = (found: Chosen[]) => {
    const fresh: LogReader[] = [];
    for (const { pod, container } of found) {
      const key = `${pod.name}/${container.name}`;
      const known = readers.get(key);
      known?.see(container);
      if (known || readers.size >= most) continue;
      const reader = logReader(viewer, pod, container, { send, signal });
      readers.set(key, reader);
      fresh.push(reader);
    }
    return fresh;
  };
  const fresh = meet(chosen(pods));
  const first = await Promise.all(
    fresh.map(async reader => (await reader.first(since)).map(line => ({ source: reader.key, line }))),
  );
  await sendAll(send, byTime(first.flat()).slice(since ? 0 : -tail));
  stream.send('begun', { left: chosen(pods).length - readers.size });
  for (const reader of fresh) reader.go();

  const look = async () => {
    const now = await readNamed(viewer, query, signal).then(one => podsOf(viewer, one, signal));
    const found = chosen(now);
    const present = new Set(found.map(({ pod, container }) => `${pod.name}/${container.name}`));
    for (const [key, reader] of readers) {
      if (present.has(key)) continue;
      reader.see(undefined);
      readers.delete(key);
    }
    for (const reader of meet(found)) reader.go();
  };
  let timer: NodeJS.Timeout | undefined;
  signal.addEventListener('abort', () => clearTimeout(timer));
  const changed = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      look().catch(() => {}); // an object that is gone has Pods that go too
    }, gathering);
  };
  await followChanges(viewer, { ...podSelection(object), metadataOnly: true }, changed, signal).catch(
    (error: Error) => stream.send('still', { why: error.message }),
  );
}

const inNamespace = ({ metadata: { namespace } }: KubeObject) => (namespace ? { namespace } : {});

interface Chosen {
  pod: Pod;
  container: Container;
}

/** One container by its name, or all that are not over before the others begin. */
function chosenBy(query: URLSearchParams): (pods: Pod[]) => Chosen[] {
  const name = query.get('container') ?? '';
  return pods =>
    pods.flatMap(pod =>
      pod.containers
        .filter(container => (name === '' ? container.role !== 'init' : container.name === name))
        .map(container => ({ pod, container })),
    );
}

async function previousLines(
  viewer: Viewer,
  { pod: { namespace, name: pod }, container: { name: container } }: Chosen,
  send: LogSender,
  signal: AbortSignal,
): Promise<Said[]> {
  const source: LogSource = { key: `${pod}/${container}`, pod, container, state: 'ended', message: '' };
  const lines: Said[] = [];
  let size = 0;
  try {
    const request = { namespace, pod, container, previous: true, tailLines: tail };
    for await (const line of readLog(viewer, request, signal)) {
      lines.push({ source: source.key, line });
      size += line[1].length;
      while (size > mostBefore) size -= lines.shift()!.line[1].length;
    }
    send.tell(source);
  } catch (error) {
    if (!signal.aborted) send.tell({ ...source, state: 'refused', message: (error as Error).message });
  }
  return lines;
}

async function sendAll(send: LogSender, lines: Said[]): Promise<void> {
  for (const { source, line } of lines) await send.add(source, line);
  send.flush();
}

interface Said {
  source: string;
  line: LogLine;
}

function byTime(lines: Said[]): Said[] {
  const moments = lines.map(({ line }) => momentOf(line[0]));
  return [...lines.keys()]
    .sort((a, b) => (moments[a]! < moments[b]! ? -1 : moments[a]! > moments[b]! ? 1 : a - b))
    .map(index => lines[index]!);
}
