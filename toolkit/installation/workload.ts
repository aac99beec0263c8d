import { type ComponentTraits, type PortName, traits } from './component.ts';
import type { Workload } from './deployment.ts';
import { ports } from './network-policies.ts';
import type { Component, InstallOptions } from './options/index.ts';
import { pageArguments, pageSecrets } from './page.ts';

/** A controller as a Deployment of its own, with the arguments that Flux gives it. */
export function workloadOf(component: Component, options: InstallOptions): Workload {
  const its = traits[component];
  return {
    name: component,
    account: component,
    controllers: [component],
    args: argumentsOf(component, its, options),
    ports: its.ports.map(named),
    stores: its.stores,
    readiness: its.stores ? { path: '/', port: 'http' } : { path: '/readyz', port: 'healthz' },
    critical: its.critical,
    gracePeriod: its.gracePeriod,
    cpuRequest: its.stores ? '50m' : '100m',
    env: component === 'source-controller' ? [{ name: 'TUF_ROOT', value: '/tmp/.sigstore' }] : [],
    volumes: its.volumes,
  };
}

function argumentsOf(component: Component, { stores }: ComponentTraits, options: InstallOptions): string[] {
  const { components } = options;
  const appliesArtifacts = component === 'kustomize-controller' || component === 'helm-controller';
  return [
    ...(component === 'notification-controller' ? [] : [`--events-addr=${eventsAddress(options)}`]),
    ...commonArguments(options),
    ...(stores ? ['--storage-path=/data', `--storage-adv-addr=${hostOf(component, options)}`] : []),
    ...(appliesArtifacts && components.includes('source-watcher')
      ? ['--feature-gates=ExternalArtifact=true']
      : []),
  ];
}

function commonArguments({ watchAllNamespaces, logLevel }: InstallOptions): string[] {
  return [
    `--watch-all-namespaces=${watchAllNamespaces}`,
    `--log-level=${logLevel}`,
    '--log-encoding=json',
    '--enable-leader-election',
  ];
}

/** The dots at the end: no search path is tried, and proxies know the name for one of the cluster. */
function eventsAddress(options: InstallOptions): string {
  const listener = 'notification-controller';
  return options.components.includes(listener) ? `http://${hostOf(listener, options)}/` : '';
}

function hostOf(service: string, { clusterDomain }: InstallOptions): string {
  return `${service}.$(RUNTIME_NAMESPACE).svc.${clusterDomain}.`;
}

/** All controllers in one process, under whose Services' names nothing else changes. */
export const singleName = 'millrace';

/** Where one process takes events from outside: artifacts have the port where Flux's controllers take each. */
export const singleEventsPort = 9690;

export function singleWorkload(options: InstallOptions): Workload {
  const chosen = options.components.map(name => traits[name]);
  const store = options.components.find(name => traits[name].stores);
  const hasPage = options.web.length > 0;
  const takesEvents = options.components.includes('notification-controller');
  const args = [
    ...(takesEvents ? [`--events-addr=:${singleEventsPort}`] : []),
    ...commonArguments(options),
    ...(store === undefined
      ? []
      : [
          '--storage-path=/data',
          `--storage-addr=:${ports.http}`,
          `--storage-adv-addr=${hostOf(store, options)}`,
        ]),
    ...(options.components.includes('source-watcher') ? ['--feature-gates=ExternalArtifact=true'] : []),
  ];
  return {
    name: singleName,
    account: singleName,
    controllers: [...options.components, ...(hasPage ? ['web'] : [])],
    args: [...args, ...(hasPage ? pageArguments(options) : [])],
    ports: [
      ...(store === undefined ? [] : [named('http')]),
      ...(takesEvents ? [['http-events', singleEventsPort] as const, named('http-webhook')] : []),
      ...(hasPage ? [named('http-web')] : []),
      named('http-prom'),
      named('healthz'),
    ],
    stores: store !== undefined,
    readiness: { path: '/readyz', port: 'healthz' },
    critical: chosen.some(({ critical }) => critical),
    gracePeriod: Math.max(...chosen.map(({ gracePeriod }) => gracePeriod)),
    cpuRequest: '100m',
    env: [],
    volumes: [
      { name: 'data', path: '/data' },
      { name: 'tmp', path: '/tmp' },
      ...(hasPage ? [pageSecrets] : []),
    ],
  };
}

const named = (name: PortName) => [name, ports[name]] as const;
