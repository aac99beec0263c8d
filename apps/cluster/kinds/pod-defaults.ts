import type { JsonObject } from '@millrace/json';
import { childOf, objectsAt, textAt, valueAt } from '../api/tree.ts';

/**
 * Fill in what a Pod spec leaves open, as the API reference of v1.36 says for each field.
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
 */
export function defaultPodSpec(spec: JsonObject): void {
  fill(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  // The older name of the field is still written for clients that know no other.
  const account = textAt(spec, 'serviceAccountName') || textAt(spec, 'serviceAccount');
  if (account) fill(spec, { serviceAccountName: account, serviceAccount: account });
  for (const key of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const container of objectsAt(spec, key)) defaultContainer(container);
  }
  for (const volume of objectsAt(spec, 'volumes')) defaultVolume(volume);
}

function defaultContainer(container: JsonObject): void {
  const image = textAt(container, 'image');
  const latest = !image.includes('@') && (/:latest$/.test(image) || !/:[^/]+$/.test(image));
  fill(container, {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: latest ? 'Always' : 'IfNotPresent',
  });
  for (const port of objectsAt(container, 'ports')) fill(port, { protocol: 'TCP' });
  for (const variable of objectsAt(container, 'env')) {
    if (valueAt(variable, 'valueFrom', 'fieldRef') === undefined) continue;
    fill(childOf(childOf(variable, 'valueFrom'), 'fieldRef'), { apiVersion: 'v1' });
  }
  for (const key of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (container[key] !== undefined) defaultProbe(childOf(container, key));
  }
}

function defaultProbe(probe: JsonObject): void {
  fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  if (probe.httpGet !== undefined) fill(childOf(probe, 'httpGet'), { path: '/', scheme: 'HTTP' });
  if (probe.grpc !== undefined) fill(childOf(probe, 'grpc'), { service: '' });
}

function defaultVolume(volume: JsonObject): void {
  for (const key of ['configMap', 'secret', 'projected', 'downwardAPI']) {
    if (volume[key] !== undefined) fill(childOf(volume, key), { defaultMode: 0o644 });
  }
  if (volume.hostPath !== undefined) fill(childOf(volume, 'hostPath'), { type: '' });
  for (const source of objectsAt(volume, 'projected', 'sources')) {
    if (source.serviceAccountToken !== undefined)
      fill(childOf(source, 'serviceAccountToken'), { expirationSeconds: 3607 });
  }
}

/** Set the fields that are missing. */
export function fill(into: JsonObject, defaults: JsonObject): void {
  for (const key in defaults) if (into[key] === undefined) into[key] = defaults[key]!;
}
