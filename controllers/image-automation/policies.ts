import type { ImageReference, ImageUpdateAutomation } from '@millrace/api';
import { Stalled, type View } from '@millrace/controller';
import { get, isObject, type Json } from '@millrace/json';
import { asJson, type KubeObject, type WatchCache } from '@millrace/kube';
import { InvalidSelector, labelMatcher } from './label-selector.ts';

/** What an automation has to know of an ImagePolicy. */
export interface PolicyView {
  name: string;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  latest: ImageReference | undefined;
}

export const policyView: View<PolicyView> = {
  name: 'image-policy',
  project: object => ({
    name: object.metadata.name,
    namespace: object.metadata.namespace ?? '',
    labels: object.metadata.labels ?? {},
    latest: latestOf(object),
  }),
  indexes: { namespace: ({ namespace }) => [namespace] },
};

function latestOf(object: KubeObject): ImageReference | undefined {
  const { status } = asJson(object);
  const latest = isObject(status) ? get(status, 'latestRef') : undefined;
  if (!isObject(latest)) return undefined;
  const text = (value: Json | undefined) => (typeof value === 'string' ? value : '');
  const [name, tag, digest] = [text(latest.name), text(latest.tag), text(latest.digest)];
  if (name === '' || tag === '') return undefined;
  return { name, tag, ...(digest === '' ? {} : { digest }) };
}

/**
 * The latest images of the policies that the automation may use: those in its own namespace that its selector chooses,
 * by their names. Throws Stalled.
 */
export function imagesFor(
  { metadata, spec }: ImageUpdateAutomation,
  policies: WatchCache<PolicyView>,
): Record<string, ImageReference> {
  const isChosen = selected(spec.policySelector);
  const found = policies
    .indexed('namespace', metadata.namespace ?? '')
    .filter(({ labels }) => isChosen(labels))
    .flatMap(({ name, latest }) => (latest ? [[name, latest] as const] : []));
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function selected(selector: ImageUpdateAutomation['spec']['policySelector']) {
  try {
    return labelMatcher(selector);
  } catch (cause) {
    if (!(cause instanceof InvalidSelector)) throw cause;
    throw new Stalled('InvalidPolicySelector', `failed to parse policy selector: ${cause.message}`, {
      cause,
    });
  }
}
