import { type Kustomization, parseDuration } from '@millrace/api';
import { Stalled } from '@millrace/controller';

/** How long a reconcile may take, health checks included: spec.timeout, or the interval; at least what Flux allows. */
export function timeoutOf(ks: Kustomization): number {
  return Math.max(parseDuration(ks.spec.timeout ?? ks.spec.interval), ks.spec.timeout ? 0 : 30_000);
}

export function intervalOf(ks: Kustomization): number {
  return parseDuration(ks.spec.interval);
}

/** After a failure: spec.retryInterval, or the interval. */
export function retryIntervalOf(ks: Kustomization): number {
  return parseDuration(ks.spec.retryInterval ?? ks.spec.interval);
}

/** Fields that this version does not act on. To pass over one silently would apply what was not meant. */
const unsupported: [field: string, isSet: (spec: Kustomization['spec']) => boolean][] = [
  ['spec.kubeConfig', spec => spec.kubeConfig !== undefined],
  ['spec.ignore', spec => (spec.ignore?.length ?? 0) > 0],
  ['spec.healthCheckExprs', spec => (spec.healthCheckExprs?.length ?? 0) > 0],
  ['spec.dependsOn[].readyExpr', spec => spec.dependsOn?.some(dependency => dependency.readyExpr) ?? false],
];

/** Throws Stalled where the spec asks for what cannot be done. */
export function requireSupported(ks: Kustomization): void {
  const fields = unsupported.filter(([, isSet]) => isSet(ks.spec)).map(([field]) => field);
  if (fields.length === 0) return;
  throw new Stalled('UnsupportedField', `this version of Millrace does not act on ${fields.join(', ')}`);
}
