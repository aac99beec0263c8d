import { createHash } from 'node:crypto';
import { equal, isObject, type Json, type JsonObject } from '@millrace/json';
import { numberAt, objectAt, textAt } from '../../api/tree.ts';
import { controllerReference } from '../world/owners.ts';
import type { World } from '../world/world.ts';

const storage = 'apps/controllerrevisions';

/** A template that a StatefulSet or DaemonSet has had, as `kubectl rollout history` and `undo` use it. */
export interface Revision {
  /** `db-5d4f8b9c7d` */
  readonly name: string;
  readonly hash: string;
  readonly number: number;
  readonly template: JsonObject;
  readonly object: JsonObject;
}

/** The revisions of an owner, the oldest first. */
export function revisionsOf(world: World, owner: JsonObject): Revision[] {
  return world
    .owned(storage, owner)
    .map(asRevision)
    .sort((a, b) => a.number - b.number);
}

function asRevision(object: JsonObject): Revision {
  const { $patch: _directive, ...template } = objectAt(object, 'data', 'spec', 'template');
  const name = textAt(object, 'metadata', 'name');
  return {
    name,
    hash: name.slice(name.lastIndexOf('-') + 1),
    number: numberAt(object, 'revision') ?? 0,
    template,
    object,
  };
}

/**
 * The revision of the owner's present template, made when there is none; one that comes back becomes the latest.
 * `hashLabel` is what the controller labels revisions with. Undefined when it cannot be made now.
 */
export function ensureRevision(
  controller: World,
  owner: JsonObject,
  hashLabel: string,
): Revision | undefined {
  const all = revisionsOf(controller, owner);
  const template = objectAt(owner, 'spec', 'template');
  const known = all.find(each => equal(each.template, template));
  const last = all.at(-1)?.number ?? 0;
  if (!known) {
    const made = controller.create(storage, revisionFor(owner, template, hashLabel, last + 1));
    return made && asRevision(made);
  }
  if (known.number === last) return known;
  controller.change(storage, known.object, current => ({ ...current, revision: last + 1 }));
  return { ...known, number: last + 1 };
}

function revisionFor(
  owner: JsonObject,
  template: JsonObject,
  hashLabel: string,
  revision: number,
): JsonObject {
  const hash = createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 10);
  return {
    metadata: {
      name: `${textAt(owner, 'metadata', 'name')}-${hash}`,
      namespace: textAt(owner, 'metadata', 'namespace'),
      labels: { ...objectAt(template, 'metadata', 'labels'), [hashLabel]: hash },
      annotations: { ...objectAt(owner, 'metadata', 'annotations') },
      ownerReferences: [controllerReference(owner)],
    },
    // Undoing a rollout applies this to the owner as a strategic merge patch.
    data: { spec: { template: sorted({ $patch: 'replace', ...template }) } },
    revision,
  };
}

/** As Go writes maps: clients of DaemonSets compare revisions byte by byte. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

/** Of the revisions that no Pod is of, only as many are kept as the owner says. */
export function forgetRevisions(controller: World, owner: JsonObject, used: ReadonlySet<string>): void {
  const limit = numberAt(owner, 'spec', 'revisionHistoryLimit') ?? 10;
  const idle = revisionsOf(controller, owner).filter(({ name, hash }) => !used.has(name) && !used.has(hash));
  for (const { object } of idle.slice(0, Math.max(0, idle.length - limit)))
    controller.delete(storage, object);
}
