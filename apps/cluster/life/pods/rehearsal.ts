import { isObject, type Json, type JsonObject } from '@millrace/json';
import { parseAll, YamlError } from '@millrace/yaml';
import { type Labels, matchLabelSelector } from '../../api/label-selector.ts';
import { objectAt, textAt } from '../../api/tree.ts';
import { BadDuration, parseDuration } from '../../cron/duration.ts';
import { BadFailureRule } from '../../errors.ts';
import { type Entry, read } from '../../store/entry.ts';
import type { StoreEvent } from '../../store/history.ts';
import { podFacts } from '../world/pod-facts.ts';
import { record } from '../world/recorder.ts';
import { keyOf, type World } from '../world/world.ts';
import { askedOf, type Behaviour, type Failure, failureWords, isFailure } from './failure.ts';

/** Which Pods are to fail, and how. All that is given must fit; a rule that gives nothing fits every Pod. */
export interface FailureRule {
  readonly namespace?: string;
  /** The name of the Pod; `*` stands for anything: `web-*`. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** `slow-ready` takes the delay to get ready; `fail` is for Jobs. */
  readonly failure?: Failure;
  /** Before the Pod starts; a Go duration such as `1m30s`. */
  readonly delay?: string;
  /** How long the containers of a Job run. */
  readonly duration?: string;
  /** With what they fail (default 1). */
  readonly exitCode?: number;
}

interface Rule {
  fits(pod: JsonObject): boolean;
  readonly behaviour: Behaviour;
}

/** The ConfigMap by which users tell a running cluster what is to fail: in kube-system everywhere, else beside it. */
export const rulesConfigMap = 'millrace-simulation';

/**
 * Knows how each Pod is to behave: by its annotations, else by the first rule that fits of the ConfigMap in its
 * namespace, of the one in kube-system and of the options of the cluster.
 */
export class Rehearsal {
  readonly #world: World;
  readonly #fixed: readonly Rule[];
  readonly #parsed = new WeakMap<Entry, readonly Rule[]>();

  /** Throws BadFailureRule. */
  constructor(world: World, rules: readonly FailureRule[] = []) {
    this.#world = world;
    this.#fixed = rules.map((rule, i) => parseRule(rule, `failures[${i}]`));
  }

  behaviourOf(pod: JsonObject): Behaviour {
    const asked = askedOf(pod);
    if (asked.failure) return asked;
    const namespace = textAt(pod, 'metadata', 'namespace');
    const rules = [...this.#rulesIn(namespace), ...this.#rulesIn('kube-system'), ...this.#fixed];
    return { ...rules.find(rule => rule.fits(pod))?.behaviour, ...asked };
  }

  /** The Pods that a change of the rules may help: those that do not serve. */
  concerned({ entry }: StoreEvent): readonly string[] {
    if (entry.resource !== '/configmaps' || entry.name !== rulesConfigMap) return [];
    const scope = entry.namespace === 'kube-system' ? undefined : entry.namespace;
    const all = this.#world.api.store.list('/pods', scope);
    return all.filter(pod => !podFacts(pod).ready).map(keyOf);
  }

  #rulesIn(namespace: string): readonly Rule[] {
    const entry = this.#world.api.store.get('/configmaps', namespace, rulesConfigMap);
    if (!entry) return [];
    let rules = this.#parsed.get(entry);
    if (!rules) this.#parsed.set(entry, (rules = this.#read(entry)));
    return rules;
  }

  /** What cannot be read is told as an event on the ConfigMap. */
  #read(entry: Entry): Rule[] {
    const configMap = read(entry);
    const own = entry.namespace === 'kube-system' ? {} : { namespace: entry.namespace };
    return Object.entries(objectAt(configMap, 'data')).flatMap(([key, text]) => {
      try {
        return rulesOf(String(text), key, own);
      } catch (error) {
        if (!(error instanceof BadFailureRule)) throw error;
        const what = { type: 'Warning', reason: 'BadFailureRule', message: error.message } as const;
        record(this.#world.as('millrace-simulation'), configMap, what);
        return [];
      }
    });
  }
}

function rulesOf(text: string, key: string, own: { namespace?: string }): Rule[] {
  let documents: Json[];
  try {
    documents = parseAll(text);
  } catch (error) {
    if (error instanceof YamlError) throw new BadFailureRule(`${key}: ${error.message}`, { cause: error });
    throw error;
  }
  return documents.flatMap(document => {
    if (!Array.isArray(document)) throw new BadFailureRule(`${key} must be a list of rules`);
    return document.map((rule, i) => parseRule(isObject(rule) ? { ...rule, ...own } : rule, `${key}[${i}]`));
  });
}

const fields = ['namespace', 'name', 'labels', 'failure', 'delay', 'duration', 'exitCode'];

function parseRule(rule: unknown, where: string): Rule {
  if (!isObject(rule)) throw new BadFailureRule(`${where} must be an object`);
  const unknown = Object.keys(rule).find(key => !fields.includes(key));
  if (unknown) throw new BadFailureRule(`${where}.${unknown} is no field of a rule: ${fields.join(', ')}`);
  const { namespace, name, labels, failure, exitCode } = rule;
  if (failure !== undefined && !isFailure(failure))
    throw new BadFailureRule(`${where}.failure must be one of ${failureWords.join(', ')}`);
  if (exitCode !== undefined && !isExitCode(exitCode))
    throw new BadFailureRule(`${where}.exitCode must be a whole number from 1 to 255`);
  const delay = timeIn(rule, 'delay', where);
  const duration = timeIn(rule, 'duration', where);
  const pattern = name === undefined ? undefined : patternOf(String(name));
  return {
    fits: pod =>
      (namespace === undefined || textAt(pod, 'metadata', 'namespace') === namespace) &&
      (pattern === undefined || pattern.test(textAt(pod, 'metadata', 'name'))) &&
      (labels === undefined ||
        matchLabelSelector({ matchLabels: labels }, objectAt(pod, 'metadata', 'labels') as Labels)),
    behaviour: {
      ...(failure !== undefined && { failure }),
      ...(delay !== undefined && { delay }),
      ...(duration !== undefined && { duration }),
      ...(exitCode !== undefined && { exitCode }),
    },
  };
}

function isExitCode(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 255;
}

function timeIn(rule: JsonObject, field: string, where: string): number | undefined {
  const value = rule[field];
  if (value === undefined) return undefined;
  try {
    return parseDuration(String(value));
  } catch (error) {
    if (error instanceof BadDuration)
      throw new BadFailureRule(`${where}.${field}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Names in which a star stands for any text. */
function patternOf(pattern: string): { test(name: string): boolean } {
  const [start = '', ...rest] = pattern.split('*');
  const end = rest.pop();
  return {
    test(name) {
      if (end === undefined) return name === start;
      if (!name.startsWith(start)) return false;
      let at = start.length;
      for (const part of rest) {
        const found = name.indexOf(part, at);
        if (found < 0) return false;
        at = found + part.length;
      }
      return name.length - end.length >= at && name.endsWith(end);
    },
  };
}
