import type { JsonObject } from '@millrace/json';
import type { Api, Target } from '../api/api.ts';
import { isTrue } from '../api/request-path.ts';
import { badRequest, notFound } from '../api/status.ts';
import { objectsAt, textAt } from '../api/tree.ts';
import { read } from '../store/entry.ts';

/** What a container that only seems to run has to say. Throws 400 and 404 as the real one does. */
export function podLog(api: Api, target: Target, query: URLSearchParams): string {
  const entry = api.store.get('/pods', target.namespace, target.name);
  if (!entry) throw notFound(target.resource, target.name);
  const pod = read(entry);
  const container = chosenContainer(pod, target.name, query.get('container') ?? '');
  const name = textAt(container, 'name');
  const statuses = [
    ...objectsAt(pod, 'status', 'containerStatuses'),
    ...objectsAt(pod, 'status', 'initContainerStatuses'),
  ];
  const status = statuses.find(each => each.name === name);
  const waiting = textAt(status, 'state', 'waiting', 'reason');
  if (!status || (waiting && waiting !== 'CrashLoopBackOff')) {
    const why = waiting ? 'trying and failing to pull image' : 'ContainerCreating';
    throw badRequest(`container "${name}" in pod "${target.name}" is waiting to start: ${why}`);
  }
  const lines = linesOf(status, textAt(container, 'image'), isTrue(query.get('timestamps')));
  const tail = query.get('tailLines');
  return (tail === null ? lines : lines.slice(Math.max(0, lines.length - Number(tail))))
    .map(line => `${line}\n`)
    .join('');
}

function chosenContainer(pod: JsonObject, podName: string, asked: string): JsonObject {
  const main = objectsAt(pod, 'spec', 'containers');
  const all = [...main, ...objectsAt(pod, 'spec', 'initContainers')];
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

function linesOf(status: JsonObject, image: string, timestamps: boolean): string[] {
  const ended = ['state', 'lastState'].map(key => [
    textAt(status, key, 'terminated', 'startedAt'),
    textAt(status, key, 'terminated', 'finishedAt'),
  ]);
  const [startedAt = '', finishedAt = ''] = ended.find(([start]) => start) ?? [];
  const start = textAt(status, 'state', 'running', 'startedAt') || startedAt;
  const line = (time: string, text: string) => (timestamps ? `${time} ${text}` : text);
  const failed = textAt(status, 'lastState', 'terminated', 'reason') === 'Error';
  const lines = [line(start, `${image} started (simulated by Millrace: no process runs here)`)];
  if (finishedAt) lines.push(line(finishedAt, failed ? 'exited with status 1' : 'done'));
  return lines;
}
