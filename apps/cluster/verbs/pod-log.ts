import type { JsonObject } from '@millrace/json';
import { type Api, type Target, timestamp } from '../api/api.ts';
import { isTrue } from '../api/request-path.ts';
import { badRequest, notFound } from '../api/status.ts';
import { numberAt, objectsAt, textAt } from '../api/tree.ts';
import type { OutputStream } from '../http/exchange.ts';
import { read } from '../store/entry.ts';

/** What a container that only seems to run has said by now. Throws 400 and 404 as the real one does. */
export function podLog(api: Api, target: Target, query: URLSearchParams): string {
  const { lines } = currentLog(api, target, query);
  return asText(cut(lines, query, api.now()), query);
}

/** What it has said and goes on to say, until it ends or the reader goes. Throws as podLog, before the stream begins. */
export function followLog(api: Api, target: Target, query: URLSearchParams, open: () => OutputStream): void {
  const first = currentLog(api, target, query);
  const stream = open();
  stream.write(asText(cut(first.lines, query, api.now()), query));
  let told = first.lines.length;
  const end = () => {
    leave();
    clearInterval(timer);
    stream.end();
  };
  const look = () => {
    const entry = api.store.get('/pods', target.namespace, target.name);
    if (!entry) return end();
    const { lines, running } = containerLog(read(entry), target, query, api.now());
    if (lines.length > told) stream.write(asText(lines.slice(told), query));
    told = Math.max(told, lines.length);
    if (!running) end();
  };
  const leave = api.store.subscribe(({ entry }) => {
    if (entry.resource === '/pods' && entry.namespace === target.namespace && entry.name === target.name)
      look();
  });
  const timer = setInterval(look, glance).unref();
  stream.onClose(end);
  if (!first.running) end();
}

interface Line {
  readonly time: Date;
  readonly text: string;
}

interface Log {
  readonly lines: readonly Line[];
  /** More may come. */
  readonly running: boolean;
}

function currentLog(api: Api, target: Target, query: URLSearchParams): Log {
  const entry = api.store.get('/pods', target.namespace, target.name);
  if (!entry) throw notFound(target.resource, target.name);
  return containerLog(read(entry), target, query, api.now());
}

function containerLog(pod: JsonObject, { name: podName }: Target, query: URLSearchParams, now: Date): Log {
  const container = chosenContainer(pod, podName, query.get('container') ?? '');
  const name = textAt(container, 'name');
  const statuses = [
    ...objectsAt(pod, 'status', 'containerStatuses'),
    ...objectsAt(pod, 'status', 'initContainerStatuses'),
    ...objectsAt(pod, 'status', 'ephemeralContainerStatuses'),
  ];
  // Nobody can be asked yet.
  if (!textAt(pod, 'spec', 'nodeName')) return { lines: [], running: false };
  const status = statuses.find(each => each.name === name);
  if (isTrue(query.get('previous'))) {
    const run = runOf(status, 'lastState');
    if (!run) throw badRequest(`previous terminated container "${name}" in pod "${podName}" not found`);
    return { lines: linesOf(container, run, now), running: false };
  }
  // A container that waits to be started again shows what it said before.
  const run = runOf(status, 'state') ?? runOf(status, 'lastState');
  if (!run) {
    const waiting = textAt(status, 'state', 'waiting', 'reason');
    const why = /Image|Pull/.test(waiting) ? 'trying and failing to pull image' : 'ContainerCreating';
    throw badRequest(`container "${name}" in pod "${podName}" is waiting to start: ${why}`);
  }
  return { lines: linesOf(container, run, now), running: run.finishedAt === undefined };
}

/** One run of a container. */
interface Run {
  readonly startedAt: Date;
  readonly finishedAt?: Date;
  readonly exitCode: number;
}

function runOf(status: JsonObject | undefined, state: 'state' | 'lastState'): Run | undefined {
  const running = textAt(status, state, 'running', 'startedAt');
  if (running) return { startedAt: new Date(running), exitCode: 0 };
  const startedAt = textAt(status, state, 'terminated', 'startedAt');
  if (!startedAt) return undefined;
  const finishedAt = new Date(textAt(status, state, 'terminated', 'finishedAt') || startedAt);
  const exitCode = numberAt(status, state, 'terminated', 'exitCode') ?? 0;
  return { startedAt: new Date(startedAt), finishedAt, exitCode };
}

/** A container that runs says so this often, in milliseconds. */
const signOfLife = 60_000;
/** Milliseconds after which whoever follows is told of it at the latest. */
const glance = 1000;
/** As many of them are kept. */
const mostSigns = 1000;

function linesOf(container: JsonObject, { startedAt, finishedAt, exitCode }: Run, now: Date): Line[] {
  const said = (text: string) => ({ time: startedAt, text });
  const lines: Line[] = [
    said(`${textAt(container, 'image')} started (simulated by Millrace: no process runs here)`),
  ];
  for (const { containerPort, protocol } of objectsAt(container, 'ports'))
    lines.push(said(`listening on ${containerPort}/${protocol ?? 'TCP'}`));
  const signs = Math.floor(((finishedAt ?? now).getTime() - startedAt.getTime()) / signOfLife);
  for (let i = Math.max(1, signs - mostSigns + 1); i <= signs; i++)
    lines.push({ time: new Date(startedAt.getTime() + i * signOfLife), text: `running for ${i} min` });
  if (finishedAt)
    lines.push({ time: finishedAt, text: exitCode === 0 ? 'done' : `exited with status ${exitCode}` });
  return lines;
}

/** What the reader asks for of it: the end, or what came after a time. */
function cut(lines: readonly Line[], query: URLSearchParams, now: Date): readonly Line[] {
  const seconds = query.get('sinceSeconds');
  const since =
    seconds === null ? Date.parse(query.get('sinceTime') ?? '') : now.getTime() - Number(seconds) * 1000;
  const recent = Number.isNaN(since) ? lines : lines.filter(({ time }) => time.getTime() >= since);
  const tail = query.get('tailLines');
  return tail === null ? recent : recent.slice(Math.max(0, recent.length - Number(tail)));
}

function asText(lines: readonly Line[], query: URLSearchParams): string {
  const timestamps = isTrue(query.get('timestamps'));
  const text = lines.map(line => `${timestamps ? `${timestamp(line.time)} ` : ''}${line.text}\n`).join('');
  const limit = query.get('limitBytes');
  return limit === null ? text : Buffer.from(text).subarray(0, Number(limit)).toString();
}

/** The container that is named, or the only one. Throws 400. */
export function chosenContainer(pod: JsonObject, podName: string, asked: string): JsonObject {
  const main = objectsAt(pod, 'spec', 'containers');
  const all = [
    ...main,
    ...objectsAt(pod, 'spec', 'initContainers'),
    ...objectsAt(pod, 'spec', 'ephemeralContainers'),
  ];
  const names = main.map(each => textAt(each, 'name'));
  if (!asked && main.length > 1) {
    throw badRequest(
      `a container name must be specified for pod ${podName}, choose one of: [${names.join(' ')}]`,
    );
  }
  const found = asked ? all.find(each => each.name === asked) : main[0];
  if (!found) throw badRequest(`container ${asked} is not valid for pod ${podName}`);
  return found;
}
