import { setImmediate } from 'node:timers/promises';
import { mergeValues, type Release, type Values } from '@millrace/helm';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, at, type KubeObject } from '@millrace/kube';
import { masked, shownObject } from '@millrace/masking';
import { stringify } from '@millrace/yaml';
import type { Comparison } from '../model/comparison.ts';
import type { ReleaseEntry, ReleaseManifest, Releases } from '../model/releases.ts';
import { ActionError } from './actions.ts';
import type { Asked } from './asked.ts';
import { comparisonOf } from './comparison.ts';
import { maskedGently } from './gently.ts';
import { readNamed } from './named-object.ts';
import { pairsBetween } from './object-pairs.ts';
import { plainValues } from './plain-values.ts';
import {
  objectsOf,
  parsed,
  pastOf,
  secretsOfReleases,
  storedRelease,
  storedReleases,
} from './stored-releases.ts';
import type { ValueLayer, ValuesFound } from './value-origins.ts';

/** Objects that are shown without a break: others are served in between. */
const portion = 20;
/** Objects and characters of a manifest. */
const most = { objects: 2000, characters: 4_000_000 };

/** The releases of a HelmRelease: what helm has stored, with what the status tells besides. */
export async function releasesOf(asked: Asked): Promise<Releases> {
  const hr = await releaseAsked(asked);
  const past = pastOf(hr);
  try {
    const stored = await storedReleases(asked, hr);
    return { releases: stored.reverse().map(release => storedEntry(release, past)), problem: '' };
  } catch (error) {
    asked.signal.throwIfAborted();
    const { message } = error as Error;
    return { releases: past.map(statusEntry), problem: `helm's storage cannot be read: ${message}` };
  }
}

/** The manifest of a release, object by object. Throws ActionError where it is not stored. */
export async function manifestOf(asked: Asked): Promise<ReleaseManifest> {
  const hr = await releaseAsked(asked);
  const release = await storedAt(asked, hr, asked.query.get('version') ?? '');
  const objects = await objectsOf(release);
  const secrets = await hiddenIn(asked, hr, [release]);
  const hooks = await Promise.all(
    release.hooks.map(async ({ manifest, events }) =>
      (await parsed(manifest)).map(object => ({ object, hook: events.join(', ') })),
    ),
  );
  const all = [...objects.map(object => ({ object, hook: '' })), ...hooks.flat()];
  let room = most.characters;
  const shown: ReleaseManifest['objects'] = [];
  for (const { object, hook } of all.slice(0, most.objects)) {
    const yaml = stringify(shownObject(object));
    room -= yaml.length;
    if (room >= 0) shown.push({ object: nameOf(object), yaml: await maskedGently(yaml, secrets), hook });
    if (shown.length % portion === 0) await setImmediate();
  }
  const notes = masked(release.info.notes.slice(0, 20_000), secrets);
  return { version: release.version, objects: shown, notes, left: all.length - shown.length };
}

/** What two releases differ in: their values, then their objects. */
export async function compareReleases(asked: Asked): Promise<Comparison> {
  const hr = await releaseAsked(asked);
  const [before, after] = await Promise.all(
    ['before', 'after'].map(side => storedAt(asked, hr, asked.query.get(side) ?? '')),
  );
  const secrets = await hiddenIn(asked, hr, [before!, after!]);
  const values = ({ config, name }: Release): JsonObject => ({
    apiVersion: '',
    kind: 'Values',
    metadata: { name },
    values: plainValues(config),
  });
  const sides = await Promise.all(
    [before!, after!].map(async release => [values(release), ...(await objectsOf(release))]),
  );
  return comparisonOf({ ...pairsBetween(sides[0]!, sides[1]!), secrets });
}

/** What the chart of the newest release has by itself, and how other values lie over it. */
export async function chartValuesOf(asked: Asked, hr: KubeObject): Promise<ChartValues> {
  const nothing = { over: (values: Values) => values };
  try {
    const { chart } = await storedAt(asked, hr, '');
    const { metadata, values = {} } = chart ?? {};
    const name = `chart ${metadata?.name ?? ''} ${metadata?.version ?? ''}`;
    const over = (above: Values) => mergeValues({ files: [{ values }, { values: above }] });
    return { layer: { name, isSecret: false, values }, over };
  } catch (error) {
    asked.signal.throwIfAborted();
    return { ...nothing, problem: `the chart's own values: ${(error as Error).message}` };
  }
}

interface ChartValues {
  layer?: ValueLayer;
  over(values: Values): Values;
  problem?: string;
}

async function releaseAsked({ viewer, query, signal }: Asked): Promise<KubeObject> {
  const object = await readNamed(viewer, query, signal);
  if (object.kind !== 'HelmRelease') throw new ActionError(`a ${object.kind} has no releases`);
  return object;
}

async function storedAt(asked: Asked, hr: KubeObject, version: string): Promise<Release> {
  const found = await storedRelease(asked, hr, version);
  if (found) return found;
  throw new ActionError(
    version === ''
      ? 'helm has stored no release of it yet'
      : `release ${version.slice(0, 20)} is not stored any more`,
  );
}

function storedEntry({ version, info, chart }: Release, past: JsonObject[]): ReleaseEntry {
  const snapshot = past.find(one => one.version === version);
  const metadata = chart?.metadata;
  return {
    version,
    status: info.status,
    chart: metadata?.name ?? '',
    chartVersion: metadata?.version ?? '',
    appVersion: metadata?.appVersion ?? '',
    at: info.lastDeployed ?? '',
    description: info.description,
    configDigest: text(snapshot?.configDigest),
    isStored: true,
  };
}

function statusEntry(snapshot: JsonObject): ReleaseEntry {
  return {
    version: typeof snapshot.version === 'number' ? snapshot.version : 0,
    status: text(snapshot.status),
    chart: text(snapshot.chartName),
    chartVersion: text(snapshot.chartVersion),
    appVersion: text(snapshot.appVersion),
    at: text(snapshot.lastDeployed),
    description: '',
    configDigest: text(snapshot.configDigest),
    isStored: false,
  };
}

async function hiddenIn(asked: Asked, hr: KubeObject, releases: Release[]): Promise<string[]> {
  return secretsOfReleases(releases, await valuesFound(asked, hr));
}

/** Where nobody can tell what Secrets give, all that is not in spec.values counts as secret. */
async function valuesFound({ previews, viewer, signal }: Asked, object: KubeObject): Promise<ValuesFound> {
  if (previews) return previews.values({ viewer, object, signal });
  const own = at(asJson(object), 'spec', 'values');
  const values = isObject(own) ? (own as ValuesFound['merged']) : {};
  const layers = [{ name: 'spec.values', isSecret: false, values }];
  return { layers, merged: values, secrets: [], unread: ['valuesFrom'] };
}

function nameOf({ kind, metadata }: JsonObject): string {
  const { name, namespace } = isObject(metadata) ? metadata : {};
  return [kind, namespace, name].filter(part => typeof part === 'string').join('/');
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
