import { isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, at, type KubeObject } from '@millrace/kube';

/** Something that an object asks for, as people say it. */
export interface Fact {
  label: string;
  value: string;
}

/** Where the spec of a kind says what one looks for first, and what it is called. */
const places: Readonly<Record<string, readonly [label: string, path: string][]>> = {
  GitRepository: [
    ['URL', 'url'],
    ['Follows', 'ref'],
  ],
  OCIRepository: [
    ['URL', 'url'],
    ['Follows', 'ref'],
  ],
  HelmRepository: [['URL', 'url']],
  Bucket: [
    ['Bucket', 'bucketName'],
    ['At', 'endpoint'],
    ['Below', 'prefix'],
  ],
  HelmChart: [
    ['Chart', 'chart'],
    ['Version', 'version'],
  ],
  Kustomization: [
    ['Path', 'path'],
    ['Into the namespace', 'targetNamespace'],
  ],
  HelmRelease: [
    ['Chart', 'chart.spec.chart'],
    ['Version', 'chart.spec.version'],
    ['Released as', 'releaseName'],
    ['Into the namespace', 'targetNamespace'],
  ],
  ImageRepository: [['Image', 'image']],
  ImagePolicy: [['Chooses by', 'policy']],
  ImageUpdateAutomation: [
    ['Changes', 'update.path'],
    ['Pushes to', 'git.push.branch'],
  ],
  Provider: [
    ['Type', 'type'],
    ['Channel', 'channel'],
  ],
  Alert: [
    ['Hears of', 'eventSources'],
    ['From severity', 'eventSeverity'],
  ],
  Receiver: [
    ['Type', 'type'],
    ['Wakes', 'resources'],
  ],
};

/** Of every kind that has them. */
const everywhere: readonly [label: string, path: string][] = [
  ['Every', 'interval'],
  ['In the name of', 'serviceAccountName'],
];

/** What an object of our kinds is to do, as far as a few words say it; nothing of others. */
export function factsOf(object: KubeObject): Fact[] {
  const own = places[object.kind];
  if (!own) return [];
  return [...own, ...everywhere].flatMap(([label, path]) => {
    const value = inWords(at(asJson(object), 'spec', ...path.split('.')));
    return value === '' ? [] : [{ label, value }];
  });
}

/** Characters of a fact. */
const longest = 300;

/** `branch: main`; a URL without whoever is named in it. */
function inWords(value: Json | undefined): string {
  if (typeof value === 'string') return withoutUser(value).slice(0, longest);
  if (Array.isArray(value)) return value.filter(isObject).map(named).join(', ').slice(0, longest);
  if (!isObject(value)) return '';
  return leaves(value).join(', ').slice(0, longest);
}

/** `Kustomization team/*`. */
function named({ kind, namespace, name }: JsonObject): string {
  const path = [namespace, name].filter(part => typeof part === 'string' && part !== '').join('/');
  return [kind, path].filter(part => typeof part === 'string' && part !== '').join(' ');
}

function leaves(value: JsonObject, before = ''): string[] {
  return Object.entries(value).flatMap(([key, one]) => {
    const name = before === '' ? key : `${before} ${key}`;
    if (isObject(one)) return Object.keys(one).length === 0 ? [name] : leaves(one, name);
    return typeof one === 'string' ? [`${name} ${one}`] : [];
  });
}

const withoutUser = (text: string) => text.replace(/^([a-z][a-z0-9+.-]{0,20}:\/\/)[^@/\s]*@/, '$1');
