import { isObject, type Json, type JsonObject } from '@millrace/json';

/** Fields that the Event of the core group and that of events.k8s.io name differently; core first. */
const names: readonly (readonly [string, string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];

/** The Event of events.k8s.io/v1 that a core one is: there, who reports is left out when nobody does. */
export function eventToEvents(tree: JsonObject): JsonObject {
  const event = rename(tree, 'events.k8s.io/v1', new Map(names));
  for (const field of ['reportingController', 'reportingInstance'])
    if (event[field] === '') delete event[field];
  return event;
}

/** The core Event that one of events.k8s.io/v1 is. */
export function eventToCore(tree: JsonObject): JsonObject {
  return rename(tree, 'v1', new Map(names.map(([core, other]) => [other, core])));
}

function rename(tree: JsonObject, apiVersion: string, to: ReadonlyMap<string, string>): JsonObject {
  const renamed: JsonObject = {};
  for (const key in tree) renamed[to.get(key) ?? key] = tree[key] as Json;
  renamed.apiVersion = apiVersion;
  const { series } = renamed;
  if (isObject(series) && series.count === undefined) delete renamed.series;
  return renamed;
}
