import { createHash } from 'node:crypto';
import type { HelmRelease } from '@millrace/api';
import type { Attempt } from './attempt.ts';

/**
 * Make Ready of what the actions have said: Remediated before TestSuccess before Released, of those that are of the same
 * generation; and note which post-renderers and common metadata the release has.
 */
export function summarise(attempt: Attempt): void {
  const { test } = attempt.hr.spec;
  const minds = test?.enable && !test.ignoreFailures;
  if (!test?.enable) attempt.unmark('TestSuccess');
  const order = minds ? ['Remediated', 'TestSuccess', 'Released'] : ['Remediated', 'Released'];
  // Conditions stand in the order of their names; a later one counts first where it is of a newer generation.
  const found = order.toSorted().flatMap(type => {
    const condition = attempt.condition(type);
    return condition ? [{ type, ...condition }] : [];
  });
  const isBefore = (a: (typeof found)[number], b: (typeof found)[number]) =>
    a.generation >= b.generation && order.indexOf(a.type) < order.indexOf(b.type);
  const [first] = found.sort((a, b) => (isBefore(a, b) ? -1 : isBefore(b, a) ? 1 : 0));
  if (!first) return;
  const status = first.type === 'Remediated' ? 'False' : first.status;
  if (status === 'True') attempt.unmark('Stalled');
  attempt.mark('Ready', status, first.reason, first.message);
  const { status: fields, hr } = attempt;
  setOrDelete(fields, 'observedPostRenderersDigest', postRenderersDigest(hr));
  setOrDelete(fields, 'observedCommonMetadataDigest', commonMetadataDigest(hr));
}

function setOrDelete<K extends 'observedPostRenderersDigest' | 'observedCommonMetadataDigest'>(
  status: { [key in K]?: string },
  field: K,
  value: string,
): void {
  if (value === '') delete status[field];
  else status[field] = value;
}

/** '' where there are none. Rule: postrender.Digest of helm-controller v1.6.3: the JSON of Go's structs. */
export function postRenderersDigest({ spec }: HelmRelease): string {
  if (!spec.postRenderers) return '';
  return digestOf(
    spec.postRenderers.map(({ kustomize }) =>
      kustomize
        ? {
            kustomize: present({
              patches: kustomize.patches?.map(({ patch, target }) => ({
                patch,
                ...(target ? { target: selectorOf(target) } : {}),
              })),
              images: kustomize.images?.map(({ name, newName, newTag, digest }) => ({
                name,
                ...present({ newName, newTag, digest }),
              })),
            }),
          }
        : {},
    ),
  );
}

type Patch = NonNullable<
  NonNullable<NonNullable<HelmRelease['spec']['postRenderers']>[number]['kustomize']>['patches']
>[number];

/** In the order of the fields of Go's struct. */
function selectorOf(target: NonNullable<Patch['target']>): Record<string, unknown> {
  const { group, version, kind, namespace, name, annotationSelector, labelSelector } = target;
  return present({ group, version, kind, namespace, name, annotationSelector, labelSelector });
}

/** '' where there is none. */
export function commonMetadataDigest({ spec }: HelmRelease): string {
  if (!spec.commonMetadata) return '';
  const { annotations, labels } = spec.commonMetadata;
  return digestOf(present({ annotations: sorted(annotations), labels: sorted(labels) }));
}

function sorted(map: Record<string, string> | undefined): Record<string, string> | undefined {
  if (!map || Object.keys(map).length === 0) return undefined;
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Without what Go leaves out: what is not there or empty. */
function present(fields: Record<string, unknown>): Record<string, unknown> {
  const isThere = (value: unknown) =>
    value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => isThere(value)));
}

/** Go's encoder escapes what HTML minds, and ends with a newline. */
function digestOf(value: unknown): string {
  const text = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `sha256:${createHash('sha256').update(`${text}\n`).digest('hex')}`;
}
