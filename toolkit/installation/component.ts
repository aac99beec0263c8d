import {
  alert,
  artifactGenerator,
  bucket,
  externalArtifact,
  gitRepository,
  helmChart,
  helmRelease,
  helmRepository,
  imagePolicy,
  imageRepository,
  imageUpdateAutomation,
  type Kind,
  kustomization,
  ociRepository,
  provider,
  receiver,
} from '@millrace/api';
import type { Component } from './options/index.ts';

/** A port of a controller, by the name that Services and probes have for it. */
export type PortName = 'http' | 'http-webhook' | 'http-prom' | 'healthz' | 'http-web';

/** What sets a controller apart from the others in a cluster, as Flux's manifests have it. */
export interface ComponentTraits {
  kinds: readonly Kind[];
  /** Services, and to which port each leads. */
  services: readonly { name: string; port: PortName; controlPlane: string }[];
  ports: readonly PortName[];
  /** Whether it keeps artifacts and serves them: there is one at a time, and it is ready when it serves. */
  stores: boolean;
  /** Whether its Pods come before those of others: what repairs a cluster has to run in it. */
  critical: boolean;
  /** Whether it reconciles as whoever it likes. */
  clusterAdmin: boolean;
  /** Seconds. */
  gracePeriod: number;
  volumes: readonly { name: string; path: string }[];
}

const service = (name: string, port: PortName, controlPlane = 'controller') => ({ name, port, controlPlane });
const data = { name: 'data', path: '/data' };
const temp = { name: 'temp', path: '/tmp' };

const usual = {
  services: [],
  ports: ['http-prom', 'healthz'],
  stores: false,
  critical: false,
  clusterAdmin: false,
  gracePeriod: 10,
  volumes: [temp],
} as const;

const store = {
  ...usual,
  ports: ['http', 'http-prom', 'healthz'],
  stores: true,
  critical: true,
  volumes: [data, { name: 'tmp', path: '/tmp' }],
} as const;

export const traits: Readonly<Record<Component, ComponentTraits>> = {
  'source-controller': {
    ...store,
    kinds: [bucket, externalArtifact, gitRepository, helmChart, helmRepository, ociRepository],
    services: [service('source-controller', 'http')],
  },
  'kustomize-controller': {
    ...usual,
    kinds: [kustomization],
    critical: true,
    clusterAdmin: true,
    gracePeriod: 60,
  },
  'helm-controller': { ...usual, kinds: [helmRelease], critical: true, clusterAdmin: true, gracePeriod: 600 },
  'notification-controller': {
    ...usual,
    kinds: [alert, provider, receiver],
    ports: ['http', 'http-webhook', 'http-prom', 'healthz'],
    services: [service('notification-controller', 'http'), service('webhook-receiver', 'http-webhook')],
  },
  'image-reflector-controller': { ...usual, kinds: [imagePolicy, imageRepository], volumes: [temp, data] },
  'image-automation-controller': { ...usual, kinds: [imageUpdateAutomation] },
  'source-watcher': {
    ...store,
    kinds: [artifactGenerator],
    services: [service('source-watcher', 'http', 'source-watcher')],
  },
};
