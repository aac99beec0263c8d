import { isObject, type Json } from '@millrace/json';
import { BuildError } from './build-error.ts';
import { type FieldSpec, setField } from './field-spec.ts';
import type { Image } from './kustomization.ts';
import { compilePattern } from './pattern.ts';
import { printId, type Resource } from './resource.ts';
import type { ResourceList } from './resource-list.ts';

/** Rewrites image names, tags and digests: in every list called (init)containers, and in the given fields. */
export function setImages(list: ResourceList, image: Image, specs: FieldSpec[]): void {
  const rewrite = rewriter(image);
  // There is nothing to write into a field that is not there, whatever the spec says of creating it.
  const fields = specs.map(spec => ({ ...spec, create: false }));
  for (const resource of list.resources) {
    // kustomize leaves definitions alone: a schema may have a property called containers.
    if (resource.kind === 'CustomResourceDefinition') continue;
    const set = (value: Json | undefined): Json | undefined => {
      if (value === undefined || value === null) return undefined;
      if (typeof value === 'object') misplaced(resource);
      return rewrite(String(value)) ?? value;
    };
    inContainerLists(resource.object, set);
    for (const field of fields) setField(resource, field, set);
  }
}

function misplaced(resource: Resource): never {
  throw new BuildError('an image must be a string', { ...resource.place, resource: printId(resource.id) });
}

function inContainerLists(value: Json, set: (value: Json | undefined) => Json | undefined): void {
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') inContainerLists(item, set);
    return;
  }
  if (!isObject(value)) return;
  for (const key in value) {
    const field = value[key] as Json;
    if (typeof field !== 'object') continue;
    const holdsContainers = key === 'containers' || key === 'initContainers';
    if (field === null) {
      // kustomize looks for items in it, and leaves a list behind.
      if (holdsContainers) value[key] = [];
      continue;
    }
    inContainerLists(field, set);
    if (holdsContainers && Array.isArray(field)) {
      for (const container of field) {
        if (!isObject(container) || container.image === undefined) continue;
        const image = set(container.image);
        if (image !== undefined) container.image = image;
      }
    }
  }
}

/** Gives the new image for one that the entry is for, undefined for others. */
function rewriter(image: Image): (old: string) => string | undefined {
  // The name is a regular expression to kustomize, and is anchored as it stands.
  const source = `^${image.name}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`;
  const pattern = compilePattern(source, `the image name ${JSON.stringify(image.name.slice(0, 80))}`);
  const known = new Map<string, string | undefined>();
  return old => {
    if (!known.has(old)) known.set(old, pattern.test(old) ? rename(old, image) : undefined);
    return known.get(old);
  };
}

function rename(old: string, image: Image): string {
  const parts = splitImage(old);
  const name = image.newName || parts.name;
  let { tag, digest } = parts;
  if (image.newTag !== '' || image.digest !== '') {
    tag = image.newTag;
    digest = image.digest;
  } else if (image.tagSuffix !== '') {
    tag += image.tagSuffix;
    digest = '';
  }
  return name + (tag === '' ? '' : `:${tag}`) + (digest === '' ? '' : `@${digest}`);
}

/** Name, tag and digest of an image; a port of its registry is no tag. */
export function splitImage(image: string): { name: string; tag: string; digest: string } {
  const slash = Math.max(image.indexOf('/'), 0);
  const at = image.indexOf('@', slash);
  const colon = image.indexOf(':', slash);
  const hasTag = colon >= 0 && (at < 0 || colon < at);
  const nameEnd = hasTag ? colon : at >= 0 ? at : image.length;
  return {
    name: image.slice(0, nameEnd),
    tag: hasTag ? image.slice(colon + 1, at >= 0 ? at : undefined) : '',
    digest: at >= 0 ? image.slice(at + 1) : '',
  };
}
