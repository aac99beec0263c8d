import { watchCache } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { print, tell } from '../output/print.ts';
import { formatTable, widest, widthsOf } from '../output/table.ts';
import { findKind } from '../resources/catalog.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';
import { type ClusterEvent, eventHeadings, eventRow, lastSeen } from './event.ts';
import { one } from './select.ts';
import { type Session, untilAborted, withCluster } from './session.ts';

export interface EventsOptions {
  allNamespaces?: boolean;
  watch?: boolean;
  for?: string;
  types?: string[];
}

/** One selection of events. */
interface Scope {
  namespace?: string;
  fieldSelector?: string;
}

/**
 * `events`: what happened to objects of Flux's kinds, the oldest first. With `--for KIND/NAME` also what happened to
 * the source of that object.
 */
export async function events(options: EventsOptions, globals: Globals): Promise<void> {
  const isAsked = filterOf(options.types ?? []);
  const subject = options.for === undefined ? undefined : parseSubject(options.for);
  await withCluster(
    globals,
    async session => {
      const scopes = await scopesOf(session, subject, options.allNamespaces ?? false);
      const namespaces = scopes.some(({ namespace }) => namespace !== globals.namespace);
      if (options.watch) return follow(session, scopes, namespaces, isAsked);
      const found = (await listEvents(session, scopes)).filter(isAsked);
      if (found.length === 0) {
        const where = options.allNamespaces ? '' : ` in ${globals.namespace} namespace`;
        return tell.failure(`No events found${where}.`);
      }
      const now = Date.now();
      const rows = found.map(event => eventRow(event, namespaces, now));
      print(formatTable(eventHeadings(namespaces), rows), '');
    },
    { endless: options.watch ?? false },
  );
}

/** Only events of kinds that we know, and of the types asked for. Throws CliError for a type that does not exist. */
function filterOf(types: string[]): (event: ClusterEvent) => boolean {
  const wanted = types.map(type => type.toLowerCase());
  const unknown = types.find(type => !['normal', 'warning'].includes(type.toLowerCase()));
  if (unknown !== undefined)
    throw new CliError(`type '${unknown}' not supported. Supported types are Normal, Warning`);
  return ({ involvedObject, type = '' }) =>
    findKind(involvedObject?.kind ?? '') !== undefined &&
    (wanted.length === 0 || wanted.includes(type.toLowerCase()));
}

interface Subject {
  kind: ResourceKind;
  name?: string;
}

/** `Kustomization` or `Kustomization/apps`. */
function parseSubject(text: string): Subject {
  const [kindName = '', name, ...rest] = text.split('/');
  if (kindName === '' || name === '' || rest.length > 0)
    throw new CliError('--for selector must be of format <kind>[/<name>]');
  const kind = findKind(kindName);
  if (!kind) throw new CliError(`'${kindName}' is not a recognized Flux kind`);
  return { kind, ...(name === undefined ? {} : { name }) };
}

async function scopesOf(session: Session, subject: Subject | undefined, all: boolean): Promise<Scope[]> {
  const { namespace } = session.globals;
  const where = all ? {} : { namespace };
  if (!subject) return [where];
  const { kind, name } = subject;
  if (name === undefined) return [{ ...where, ...involving(kind.kind) }];
  const scopes: Scope[] = [{ ...where, ...involving(kind.kind, name) }];
  const related = kind.related ?? (kind.source && (resource => [kind.source!(resource)]));
  for (const other of related?.(await one(session, kind, { name, namespace })) ?? [])
    scopes.push({ namespace: other.namespace, ...involving(other.kind, other.name) });
  return scopes;
}

function involving(kind: string, name?: string): { fieldSelector: string } {
  const ofKind = `involvedObject.kind=${kind}`;
  return { fieldSelector: name === undefined ? ofKind : `${ofKind},involvedObject.name=${name}` };
}

async function listEvents({ client, signal }: Session, scopes: Scope[]): Promise<ClusterEvent[]> {
  const lists = await Promise.all(
    scopes.map(scope => client.listAll<ClusterEvent>('v1', 'Event', { ...scope, signal, as: 'own' })),
  );
  return inOrder(lists.flatMap(({ items }) => items));
}

function inOrder(found: ClusterEvent[]): ClusterEvent[] {
  return found.sort((a, b) => (lastSeen(a) || 0) - (lastSeen(b) || 0));
}

/** What has happened, then every event as it comes, until the signal aborts. */
async function follow(
  session: Session,
  scopes: Scope[],
  namespaces: boolean,
  isAsked: (event: ClusterEvent) => boolean,
): Promise<void> {
  let headings = eventHeadings(namespaces);
  let widths: number[] = [];
  const write = (found: ClusterEvent[]) => {
    const now = Date.now();
    const rows = found.filter(isAsked).map(event => eventRow(event, namespaces, now));
    if (rows.length === 0) return;
    widths = widest(widths, widthsOf(headings, rows));
    print(formatTable(headings, rows, widths), '');
    headings = [];
  };
  let live = false;
  const failed = Promise.withResolvers<never>();
  const caches = scopes.map(scope => {
    const selection = { apiVersion: 'v1', kind: 'Event', ...scope };
    const cache = watchCache(session.client, selection, {
      project: object => object as ClusterEvent,
      onError: error => live || failed.reject(error), // later on the watch goes on by itself
    });
    cache.subscribe(({ after }) => live && after && write([after]));
    return cache;
  });
  const end = Promise.race([untilAborted(session.signal), failed.promise]);
  try {
    await Promise.race([Promise.all(caches.map(cache => cache.synced())), end]);
    write(inOrder(caches.flatMap(cache => [...cache.values()])));
    live = true;
    await end;
  } finally {
    for (const cache of caches) cache.stop();
  }
}
