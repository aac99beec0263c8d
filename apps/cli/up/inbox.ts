import { appendFile } from 'node:fs/promises';
import { keyOf } from '@millrace/kube';
import type { Dispatch, Outlet } from '@millrace/notification-controller';
import { type Caught, rehearsal, type Transport } from '@millrace/notifications';
import { printable } from '@millrace/plain-text';
import type { Journal } from '@millrace/web';
import type { NotificationMode } from './notification-mode.ts';
import { show } from './say.ts';

/** What `up` does with the notifications of its fleet; undefined where they are sent. */
export function inbox(
  mode: NotificationMode,
  { file, journal, colour }: { file: string; journal?: Journal | undefined; colour: boolean },
): Outlet | undefined {
  if (mode === 'send') return undefined;
  const caught = new WeakMap<Dispatch, Caught[]>();
  return {
    rehearses: true,
    transport(dispatch): Transport {
      const requests: Caught[] = [];
      caught.set(dispatch, requests);
      return rehearsal(request => requests.push(request));
    },
    follow(dispatch, ended) {
      if (mode === 'off') return void ended.catch(() => {});
      const keep = (problem?: string) => {
        show(lineOf(dispatch, problem, colour));
        const entry = entryOf(dispatch, caught.get(dispatch) ?? [], problem);
        journal?.add(entry);
        appendFile(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 }).catch(() => {});
      };
      ended.then(
        () => keep(),
        (error: Error) => keep(error.message),
      );
    },
  };
}

/** A line of `up` for a notification, and why it would not arrive. */
export function lineOf({ event, alert, provider }: Dispatch, problem: string | undefined, colour: boolean) {
  const { kind = '', namespace = '', name = '' } = event.involvedObject;
  const [first = ''] = event.message.split('\n', 1);
  const where = provider.spec.channel ? `${provider.spec.type} ${provider.spec.channel}` : provider.spec.type;
  const said = `${where}, for ${keyOf(alert.metadata)}: ${kind.toLowerCase()}/${name}.${namespace} ${first}`;
  const sign = colour ? '\u001b[34m✉\u001b[0m' : '✉';
  const why = problem === undefined ? '' : ` (it could not be sent: ${printable(problem)})`;
  return `${sign} ${printable(said)}${why}`;
}

/** What is kept of a notification: credentials are in headers and addresses, of which only the host is kept. */
function entryOf({ event, alert, provider }: Dispatch, requests: Caught[], problem: string | undefined) {
  return {
    time: new Date().toISOString(),
    alert: keyOf(alert.metadata),
    provider: keyOf(provider.metadata),
    type: provider.spec.type,
    event,
    requests,
    ...(problem === undefined ? {} : { problem }),
  };
}
