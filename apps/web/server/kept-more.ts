import { type Alert, alert, type Provider, parseResource, provider } from '@millrace/api';
import type { KubeObject } from '@millrace/kube';

/** What is kept of an object to tell who hears of it. */
export interface KeptMore {
  labels: Readonly<Record<string, string>>;
  /** The object itself, where it is one of these. */
  alert?: Alert;
  provider?: Provider;
}

/**
 * Labels, characters of an Alert or a Provider, and expressions of an Alert that are kept: there are many objects, and
 * strangers write them.
 */
const most = { labels: 100, characters: 32 * 1024, expressions: 20 };

export function keptMore(object: KubeObject): KeptMore {
  const all = object.metadata.labels ?? {};
  const labels = Object.keys(all).length > most.labels ? {} : all;
  const isOne = object.kind === 'Alert' || object.kind === 'Provider';
  if (!isOne || JSON.stringify(object.spec ?? null).length > most.characters) return { labels };
  try {
    if (object.kind === 'Alert') {
      const parsed = parseResource(alert, object);
      const { inclusionList = [], exclusionList = [] } = parsed.spec;
      const isLong = inclusionList.length + exclusionList.length > most.expressions;
      return isLong ? { labels } : { labels, alert: parsed };
    }
    return { labels, provider: parseResource(provider, object) };
  } catch {
    // What its definition would not let in says nothing.
    return { labels };
  }
}
