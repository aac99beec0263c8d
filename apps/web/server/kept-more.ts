import { type Alert, alert, type Provider, parseResource, provider } from '@millrace/api';
import type { KubeObject } from '@millrace/kube';

/** What is kept of an object to tell who hears of it. */
export interface KeptMore {
  labels: Readonly<Record<string, string>>;
  /** The object itself, where it is one of these. */
  alert?: Alert;
  provider?: Provider;
}

/** Labels, and characters of an Alert or a Provider, that are kept: there are many objects, and strangers write them. */
const most = { labels: 100, characters: 32 * 1024 };

export function keptMore(object: KubeObject): KeptMore {
  const all = object.metadata.labels ?? {};
  const labels = Object.keys(all).length > most.labels ? {} : all;
  const isOne = object.kind === 'Alert' || object.kind === 'Provider';
  if (!isOne || JSON.stringify(object.spec ?? null).length > most.characters) return { labels };
  try {
    if (object.kind === 'Alert') return { labels, alert: parseResource(alert, object) };
    return { labels, provider: parseResource(provider, object) };
  } catch {
    // What its definition would not let in says nothing.
    return { labels };
  }
}
