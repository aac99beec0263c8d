import packageFile from '../package.json' with { type: 'json' };

/** What Flux installs when nobody says otherwise, in its order. */
export const defaultComponents = [
  'source-controller',
  'kustomize-controller',
  'helm-controller',
  'notification-controller',
] as const;

/** What Flux installs when it is asked to. */
export const extraComponents = [
  'image-reflector-controller',
  'image-automation-controller',
  'source-watcher',
] as const;

export const allComponents = [...defaultComponents, ...extraComponents] as const;

/** The name of one of Flux's controllers, which is that of its Deployment. */
export type Component = (typeof allComponents)[number];

/** What can be chosen of an installation: the flags of `flux install`, and `single`. */
export interface InstallOptions {
  namespace: string;
  /** In the order in which they are to be written, each once. */
  components: readonly Component[];
  /** Where the image is, without the image's own name. */
  registry: string;
  /** The Secret by which the image is pulled. */
  imagePullSecret?: string;
  /** False: controllers look at their own namespace only. */
  watchAllNamespaces: boolean;
  networkPolicy: boolean;
  logLevel: LogLevel;
  /** Keys of taints that Pods tolerate. */
  tolerationKeys: readonly string[];
  clusterDomain: string;
  /** Of Millrace: the tag of its image. */
  version: string;
  /** One Deployment for all controllers, instead of one for each. */
  single: boolean;
  /** Arguments of the page (`--web-url=https://…`), which is left out without any. */
  web: readonly string[];
}

export const logLevels = ['debug', 'info', 'error'] as const;

export type LogLevel = (typeof logLevels)[number];

export const defaultOptions: InstallOptions = {
  namespace: 'flux-system',
  components: defaultComponents,
  registry: 'ghcr.io/millrace',
  watchAllNamespaces: true,
  networkPolicy: true,
  logLevel: 'info',
  tolerationKeys: [],
  clusterDomain: 'cluster.local',
  version: `v${packageFile.version}`,
  single: false,
  web: [],
};

/**
 * Names of controllers, as they stand on a command line. Throws an error that names what is no controller, or is named
 * twice.
 */
export function componentsOf(names: readonly string[]): Component[] {
  return names.map((name, i) => {
    const component = allComponents.find(known => known === name);
    if (!component) throw new TypeError(`component ${name} is not available`);
    if (names.indexOf(name) < i) throw new TypeError(`component ${name} is named twice`);
    return component;
  });
}
