import { GoObject, goFunction, quote, withType } from '@millrace/go-template';
import { defaultApiVersions } from './api-versions.ts';

/** The version of a Kubernetes cluster as templates see it. */
export interface KubeVersion {
  /** As the cluster or the user says it, such as `v1.33.4-gke.1245000`. */
  version: string;
  /** Without what follows the numbers: what `kubeVersion` of a chart is held against. */
  normalized?: string | undefined;
  major: string;
  minor: string;
}

/** The build of Helm as templates see it; what is not known is ''. */
export interface BuildInfo {
  version: string;
  gitCommit: string;
  gitTreeState: string;
  goVersion: string;
  kubeClientVersion: string;
}

/** What templates are told of the cluster that they are rendered for. */
export interface Capabilities {
  kubeVersion: KubeVersion;
  /** Groups with versions, and the kinds in them: `apps/v1`, `apps/v1/Deployment`. */
  apiVersions: readonly string[];
  helmVersion: BuildInfo;
}

/** The cluster that `helm template` v4.3.1 imagines. */
export const defaultCapabilities: Capabilities = {
  kubeVersion: { version: 'v1.37.0', normalized: 'v1.37.0', major: '1', minor: '37' },
  apiVersions: defaultApiVersions,
  helmVersion: {
    version: 'v4.3.1',
    gitCommit: '',
    gitTreeState: '',
    goVersion: 'go1.26.8',
    kubeClientVersion: 'v1.37',
  },
};

/** A Kubernetes version that cannot be read. */
export class KubeVersionError extends Error {
  override readonly name = 'KubeVersionError';
}

/**
 * The version that `--kube-version` names. Throws KubeVersionError.
 *
 * Rule: ParseGeneric of k8s.io/apimachinery/pkg/util/version, which takes two numbers or more and anything after.
 */
export function parseKubeVersion(text: string): KubeVersion {
  const numbers = /^\s*v?(\d+(?:\.\d+)*)/.exec(text)?.[1];
  if (numbers === undefined || text.includes('\n', text.indexOf(numbers)))
    throw invalid(text, `could not parse ${quote(text)} as version`);
  const components = numbers.split('.');
  const [major, minor] = components;
  if (minor === undefined) throw invalid(text, `illegal version string ${quote(text)}`);
  if (/^0./.test(major!))
    throw invalid(text, `illegal zero-prefixed version component ${quote(major!)} in ${quote(text)}`);
  const plain = components.map(part => BigInt(part).toString());
  return {
    version: text.startsWith('v') ? text : `v${text}`,
    normalized: `v${plain.join('.')}`,
    major: plain[0]!,
    minor: plain[1]!,
  };
}

function invalid(text: string, problem: string): KubeVersionError {
  return new KubeVersionError(`invalid kube version '${text}': ${problem}`);
}

/** `.Capabilities` */
export function capabilitiesObject({ kubeVersion, apiVersions, helmVersion }: Capabilities): GoObject {
  const versions = withType([...apiVersions], '[]string');
  const known = new Set(apiVersions);
  const object: GoObject = new GoObject({
    type: '*common.Capabilities',
    kind: 'ptr',
    fields: {
      KubeVersion: kubeVersionObject(kubeVersion),
      APIVersions: new GoObject({
        type: 'common.VersionSet',
        kind: 'slice',
        base: versions,
        methods: { Has: goFunction(['string'], version => known.has(version), 'bool') },
      }),
      HelmVersion: buildInfoObject(helmVersion),
    },
    methods: { Copy: goFunction([], () => object, '*common.Capabilities') },
  });
  return object;
}

function kubeVersionObject({ version, normalized = '', major, minor }: KubeVersion): GoObject {
  const text = normalized || version;
  return new GoObject({
    type: 'common.KubeVersion',
    kind: 'struct',
    fields: { Version: version, normalizedVersion: normalized, Major: major, Minor: minor },
    pointer: {
      text: () => text,
      methods: {
        String: goFunction([], () => text, 'string'),
        GitVersion: goFunction([], () => version, 'string'),
      },
    },
  });
}

function buildInfoObject(info: BuildInfo): GoObject {
  const optional = {
    version: info.version,
    git_commit: info.gitCommit,
    git_tree_state: info.gitTreeState,
    go_version: info.goVersion,
  };
  const written = Object.entries(optional).filter(([, text]) => text !== '');
  return new GoObject({
    type: 'version.BuildInfo',
    kind: 'struct',
    fields: {
      Version: info.version,
      GitCommit: info.gitCommit,
      GitTreeState: info.gitTreeState,
      GoVersion: info.goVersion,
      KubeClientVersion: info.kubeClientVersion,
    },
    json: () => ({ ...Object.fromEntries(written), kube_client_version: info.kubeClientVersion }),
  });
}
