import type { Release } from '@millrace/helm';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, asKubeObject, at, type KubeObject } from '@millrace/kube';
import { secretsGently } from '@millrace/masking';
import { ReleaseNotFound, recordsIn } from '@millrace/releases';
import { parseAll } from '@millrace/yaml';
import type { Asked } from './asked.ts';
import { eachGently } from './gently.ts';
import { secretValuesIn, type ValuesFound } from './value-origins.ts';

/** What helm has stored of a HelmRelease, the oldest first, as the viewer may read it. Throws ApiError. */
export async function storedReleases(
  { viewer, signal }: Pick<Asked, 'viewer' | 'signal'>,
  hr: KubeObject,
): Promise<Release[]> {
  return recordsOf({ viewer, signal }, hr).history(releaseNameOf(hr));
}

/** One of them, without reading the others; undefined where it is not stored. @param version empty for the newest */
export async function storedRelease(
  asked: Pick<Asked, 'viewer' | 'signal'>,
  hr: KubeObject,
  version: string,
): Promise<Release | undefined> {
  const number = version === '' ? pastOf(hr)[0]?.version : Number(version);
  // Before a status tells of one, whatever there is.
  if (version === '' && typeof number !== 'number') return (await storedReleases(asked, hr)).at(-1);
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 1) return undefined;
  return recordsOf(asked, hr)
    .get(releaseNameOf(hr), number)
    .catch(error => {
      if (error instanceof ReleaseNotFound) return undefined;
      throw error;
    });
}

function recordsOf({ viewer, signal }: Pick<Asked, 'viewer' | 'signal'>, hr: KubeObject) {
  const namespace = text(at(asJson(hr), 'status', 'storageNamespace')) || (hr.metadata.namespace ?? '');
  return recordsIn({ ...viewer, namespace, signal });
}

/** The name that the newest snapshot has, or that the spec gives before there is one. */
function releaseNameOf(hr: KubeObject): string {
  const json = asJson(hr);
  const [newest] = pastOf(hr);
  if (newest && text(newest.name)) return text(newest.name);
  const target = text(at(json, 'spec', 'targetNamespace'));
  return text(at(json, 'spec', 'releaseName')) || (target ? `${target}-` : '') + hr.metadata.name;
}

/** What the status tells of releases, the newest first. */
export function pastOf(hr: KubeObject): JsonObject[] {
  const list = at(asJson(hr), 'status', 'history');
  return Array.isArray(list) ? list.filter(isObject) : [];
}

export const objectsOf = ({ manifest }: Pick<Release, 'manifest'>): Promise<JsonObject[]> => parsed(manifest);

/** Documents begin where they do for any reader of YAML: what is one to it is none within another. */
const beginning = /^---(?=\s|$)/m;

/** Characters of YAML weigh as much as so many that are compared. */
const effort = 50;

/** The objects of a manifest. What is no YAML is shown nowhere: helm would not have stored it. */
export async function parsed(manifest: string): Promise<JsonObject[]> {
  try {
    const documents = await eachGently(manifest.split(beginning), ({ length }) => length * effort, parseAll);
    return documents.flat().filter(isObject).filter(hasName);
  } catch {
    return [];
  }
}

const hasName = ({ kind, metadata }: JsonObject) =>
  typeof kind === 'string' && isObject(metadata) && typeof metadata.name === 'string';

/** What a release is made of, as far as it may hold secrets. */
export type Rendered = Pick<Release, 'manifest' | 'hooks'> & Partial<Pick<Release, 'config'>>;

/** What Secrets hold, and have given to these releases, with what the Secrets of the releases hold; the longest first. */
export async function secretsOfReleases(
  releases: readonly Rendered[],
  values: ValuesFound,
): Promise<string[]> {
  const given = releases.flatMap(({ config }) => secretValuesIn(config, values));
  const manifests = releases.flatMap(({ manifest, hooks }) => [
    manifest,
    ...hooks.map(hook => hook.manifest),
  ]);
  const objects = (await Promise.all(manifests.map(parsed))).flat();
  const secrets = objects.filter(({ kind, apiVersion }) => kind === 'Secret' && apiVersion === 'v1');
  const hidden = [...values.secrets, ...(await secretsGently(secrets.map(asKubeObject), given))];
  return hidden.sort((a, b) => b.length - a.length);
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
