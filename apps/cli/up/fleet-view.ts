import {
  apiVersionOfKind,
  type GitRepository,
  gitRepository,
  hasStatus,
  type Kustomization,
  kinds,
  kustomization,
  type Resource,
} from '@millrace/api';
import {
  delay,
  type KubeClient,
  type KubeObject,
  type WatchCache,
  watchCache,
  withoutManagers,
} from '@millrace/kube';
import { watchLacking } from './lacking.ts';
import { type EventView, narrate } from './narrator.ts';
import { say, show } from './say.ts';
import { type Settled, settled } from './settled.ts';
import { type Standing, Standings } from './standings.ts';

/** The fleet as anybody could follow it from outside, and what is told of it. */
export interface FleetView {
  readonly standings: Standings;
  /** Resolves when the fleet has come to an end, with undefined when that takes too long. Throws the signal's reason. */
  settled(request: string, timeout: number, signal: AbortSignal): Promise<Settled>;
  stop(): void;
}

/** Kinds of which nothing is built here; some say nothing of how they stand. */
const others = kinds.filter(kind => kind !== gitRepository && kind !== kustomization && hasStatus(kind));

/** A HelmRepository in a registry says nothing of itself. */
function saysHowItStands({ kind, spec }: Resource): boolean {
  return kind !== 'HelmRepository' || (spec as { type?: string }).type !== 'oci';
}

/** How often it is asked whether time alone has brought an end. */
const tick = 250;

/** Objects of a kind that nobody reconciles are told of together when they come together. */
const gather = 150;

export function watchFleet(client: KubeClient): FleetView {
  const standings = new Standings();
  let changedAt = Date.now();
  let wake = Promise.withResolvers<void>();
  const changed = () => {
    changedAt = Date.now();
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  const follow = <T extends KubeObject>(
    apiVersion: string,
    kind: string,
    put: (key: string, object: T | undefined, now: number) => void,
  ): WatchCache<T> => {
    const cache = watchCache<T>(
      client,
      { apiVersion, kind },
      { project: object => withoutManagers(object) as T },
    );
    cache.subscribe(({ key, after }) => {
      put(key, after, Date.now());
      changed();
    });
    return cache;
  };
  const tellLacking = lackingTeller();
  const lacking = watchLacking(client, (kind, key, exists) => {
    if ((standings.get(kind, key) !== undefined) === exists) return;
    standings.lacking(kind, key, exists, Date.now());
    if (exists) tellLacking.add(kind, key);
    changed();
  });
  const caches = [
    follow<GitRepository>(apiVersionOfKind(gitRepository), gitRepository.kind, (key, object, now) =>
      standings.source(key, object, now),
    ),
    follow<Kustomization>(apiVersionOfKind(kustomization), kustomization.kind, (key, object, now) =>
      standings.kustomization(key, object, now),
    ),
    ...others.map(kind =>
      follow<Resource>(apiVersionOfKind(kind), kind.kind, (key, object, now) =>
        standings.other(kind.kind, key, object && saysHowItStands(object) ? object : undefined, now),
      ),
    ),
    narrateEvents(client, standings),
  ];

  return {
    standings,
    async settled(request, timeout, signal) {
      const end = Date.now() + timeout;
      for (;;) {
        signal.throwIfAborted();
        let state = settled(standings, request, changedAt, Date.now());
        if (state === 'ready') {
          // The watch of a definition that has just come may be a moment behind.
          await lacking.look();
          state = settled(standings, request, changedAt, Date.now());
        }
        if (state !== undefined || Date.now() > end) {
          tellLacking.flush();
          return state;
        }
        await Promise.race([wake.promise, delay(tick, signal).catch(() => {})]);
      }
    },
    stop() {
      for (const cache of caches) cache.stop();
      lacking.stop();
    },
  };
}

/** Says once of each object that nobody reconciles it, a line for those of a kind that come together. */
function lackingTeller() {
  const untold = new Map<string, string[]>();
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    for (const [kind, keys] of untold)
      say('✗', `${kind} is not reconciled by this version of Millrace: ${listed(keys)}`);
    untold.clear();
  };
  return {
    add(kind: string, key: string) {
      untold.set(kind, [...(untold.get(kind) ?? []), `${kind}/${key}`]);
      timer ??= setTimeout(flush, gather).unref();
    },
    flush,
  };
}

function listed(names: string[], most = 20): string {
  const rest = names.length - most;
  return names.slice(0, most).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function narrateEvents(client: KubeClient, standings: Standings): WatchCache<number> {
  const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
  /** The kind is told where the name alone says too little. */
  const nameOf = ({ involvedObject }: EventView) => {
    const { kind = '', namespace = '', name = '' } = involvedObject ?? {};
    const isShared = kinds.some(
      other => other.kind !== kind && standings.get(other.kind, `${namespace}/${name}`),
    );
    return isShared ? `${kind}/${name}` : name;
  };
  let live = false;
  const cache = watchCache<number>(
    client,
    { apiVersion: 'v1', kind: 'Event' },
    {
      project(object) {
        const event = object as EventView;
        const { kind = '', namespace = '', name = '' } = event.involvedObject ?? {};
        if (event.type === 'Warning') standings.failedAgain(kind, `${namespace}/${name}`, Date.now());
        if (live) for (const line of narrate(event, nameOf(event), colour)) show(line);
        return 0;
      },
    },
  );
  // What was told at an earlier start is not told again.
  cache.synced().then(
    () => (live = true),
    () => {},
  );
  return cache;
}

/** What is not ready, each with a line for people. */
export function describeUnready(standings: Standings): { standing: Standing; line: string }[] {
  const unready: Standing[] = [
    ...standings.of('failed'),
    ...standings.of('working'),
    ...standings.of('lacking'),
  ];
  const width = Math.max(...unready.map(({ kind, key }) => kind.length + key.length + 1), 0);
  return unready.map(standing => {
    const { kind, key, reason, message } = standing;
    const subject = `${kind}/${key}`.padEnd(width);
    const said = (message || 'nobody has looked at it yet').split('\n').join('\n  ');
    return { standing, line: `${subject}  ${reason || 'Unknown'}: ${said}` };
  });
}
