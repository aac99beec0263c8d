import { isObject, type Json } from '@millrace/json';
import { asJson, at, type KubeObject } from '@millrace/kube';
import { may, type Place, renewal } from './rights.ts';
import type { Viewer } from './viewer.ts';

/** What somebody may see of the objects of one kind in one namespace. */
export type Sight = 'all' | 'none' | ReadonlySet<string>;

/** What a viewer may see, as the cluster has said within the last half minute. */
export interface Sights {
  /** All where they may be listed; else those that a role names and lets get. Throws ApiError, ConnectionError. */
  of(place: Place): Promise<Sight>;
}

/** Milliseconds that the cluster may take to say it. */
const patience = 10_000;
/** Viewers whose answers are kept. */
const most = 200;

const kept = new WeakMap<object, Map<string, { sights: Sights; until: number }>>();

/** What the viewer may see; answers are kept for half a minute, however many ask in their name. */
export function sightsOf({ client, as }: Viewer): Sights {
  // What was read in the viewer's own name they may see.
  if (as === 'own') return { of: async () => 'all' };
  const now = performance.now();
  const all = kept.get(client) ?? new Map<string, { sights: Sights; until: number }>();
  kept.set(client, all);
  for (const [who, { until }] of all) if (until <= now || all.size > most) all.delete(who);
  const who = JSON.stringify(as);
  const known = all.get(who) ?? { sights: askedSights({ client, as }), until: now + renewal };
  all.set(who, known);
  return known.sights;
}

/** The same, asked from now on, and kept for as long as the caller keeps this. */
export function askedSights(viewer: Viewer): Sights {
  const answers = new Map<string, Promise<unknown>>();
  /** Ask once, and again where there was no answer. */
  const once = <T>(key: string, ask: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const known = answers.get(key) as Promise<T> | undefined;
    if (known) return known;
    const asked = ask(AbortSignal.timeout(patience));
    answers.set(key, asked);
    asked.catch(() => answers.delete(key));
    return asked;
  };
  const mayList = ({ group, resource, namespace }: Place) => {
    const where = namespace === '' ? {} : { namespace };
    return once(`${group}/${resource}/${namespace}`, signal =>
      may(viewer, { verb: 'list', group, resource, ...where }, signal),
    );
  };
  return {
    async of(place) {
      const { namespace } = place;
      // Rules are told by the namespace; what is in none is asked about by its kind.
      if (namespace === '') return (await mayList(place)) ? 'all' : 'none';
      const { rules, isIncomplete } = await once(namespace, signal => rulesIn(viewer, namespace, signal));
      const sight = sightBy(rules, place);
      // Where something else than roles decides, the rules are not all.
      if (sight !== 'all' && isIncomplete && (await mayList(place))) return 'all';
      return sight;
    },
  };
}

interface Rule {
  verbs: string[];
  apiGroups: string[];
  resources: string[];
  resourceNames: string[];
}

async function rulesIn(
  { client, as }: Viewer,
  namespace: string,
  signal: AbortSignal,
): Promise<{ rules: Rule[]; isIncomplete: boolean }> {
  const question: KubeObject = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    metadata: { name: '' },
    spec: { namespace },
  };
  const answer = asJson(await client.create(question, { as, signal }));
  const rules = at(answer, 'status', 'resourceRules');
  return {
    rules: (Array.isArray(rules) ? rules : []).filter(isObject).map(rule => ({
      verbs: texts(rule.verbs),
      apiGroups: texts(rule.apiGroups),
      resources: texts(rule.resources),
      resourceNames: texts(rule.resourceNames),
    })),
    isIncomplete: at(answer, 'status', 'incomplete') === true,
  };
}

const texts = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter(one => typeof one === 'string') : [];

/** A rule for objects by name lets nobody list them all (RBAC: "Referring to resources"). */
function sightBy(rules: readonly Rule[], { group, resource }: Place): Sight {
  const covers = (list: string[], one: string) => list.includes('*') || list.includes(one);
  const names = new Set<string>();
  for (const { verbs, apiGroups, resources, resourceNames } of rules) {
    if (!covers(apiGroups, group) || !covers(resources, resource)) continue;
    if (resourceNames.length === 0) {
      if (covers(verbs, 'list')) return 'all';
    } else if (covers(verbs, 'get')) for (const name of resourceNames) names.add(name);
  }
  return names.size > 0 ? names : 'none';
}

/** Whether an object is among what may be seen. */
export const isSeen = (sight: Sight, name: string): boolean =>
  sight === 'all' || (sight !== 'none' && sight.has(name));
