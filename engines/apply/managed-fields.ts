import { isObject, type Json, type JsonObject } from '@millrace/json';
import { FieldSet } from './field-set.ts';

export type Operation = 'Apply' | 'Update';

/** One entry of `metadata.managedFields`. */
export type ManagedFieldsEntry = {
  manager: string;
  operation: Operation;
  apiVersion: string;
  /** RFC 3339, UTC, whole seconds. */
  time?: string;
  /** Absent for the main resource, else `status` or `scale`. */
  subresource?: string;
  fieldsType: 'FieldsV1';
  fieldsV1: JsonObject;
};

/** Who writes, and through which door. */
export type Writer = {
  readonly manager: string;
  readonly operation: Operation;
  readonly apiVersion: string;
  /** Empty for the main resource. */
  readonly subresource: string;
};

/** A writer and what it owns. */
export type Owner = Writer & { readonly set: FieldSet; readonly time: string | undefined };

/** Owners by `writerKey`. */
export type Owners = Map<string, Owner>;

/** A list of managedFields that no server wrote. */
export class BadManagedFields extends Error {
  override name = 'BadManagedFields';
}

/**
 * What makes a writer the same as before: an applier keeps its entry when it changes to another version of the
 * API, an updater has an entry for each.
 */
export function writerKey(writer: Writer): string {
  const version = writer.operation === 'Apply' ? '' : writer.apiVersion;
  return JSON.stringify([writer.manager, writer.operation, version, writer.subresource]);
}

/** The owners that an object names. Throws BadManagedFields naming the entry that cannot be read. */
export function readOwners(object: JsonObject | undefined): Owners {
  const owners: Owners = new Map();
  const entries = managedFieldsOf(object);
  if (!Array.isArray(entries)) return owners;
  entries.forEach((entry, i) => {
    const owner = readOwner(entry, i);
    owners.set(writerKey(owner), owner);
  });
  return owners;
}

/** `metadata.managedFields` as it was written, or undefined. */
export function managedFieldsOf(object: JsonObject | undefined): Json | undefined {
  const metadata = object?.metadata;
  return isObject(metadata) ? metadata.managedFields : undefined;
}

function readOwner(entry: Json, index: number): Owner {
  const at = `managedFields[${index}]`;
  if (!isObject(entry)) throw new BadManagedFields(`${at} must be an object`);
  const { operation, apiVersion, fieldsType } = entry;
  if (operation !== 'Apply' && operation !== 'Update') {
    throw new BadManagedFields(`${at}.operation must be \`Apply\` or \`Update\``);
  }
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    throw new BadManagedFields(`${at}.apiVersion must not be empty`);
  }
  if (fieldsType !== 'FieldsV1') throw new BadManagedFields(`${at}.fieldsType must be FieldsV1`);
  return {
    manager: text(entry.manager),
    operation,
    apiVersion,
    subresource: text(entry.subresource),
    time: typeof entry.time === 'string' ? entry.time : undefined,
    set: readSet(entry.fieldsV1 ?? {}, at),
  };
}

function readSet(fieldsV1: Json, at: string): FieldSet {
  try {
    return FieldSet.parse(fieldsV1);
  } catch (error) {
    throw new BadManagedFields(`${at}.fieldsV1: ${(error as Error).message}`, { cause: error });
  }
}

/** The list as it is stored: appliers first, then by time, then by name. */
export function writeOwners(owners: Owners): ManagedFieldsEntry[] {
  return [...owners.values()].sort(compareOwners).map(writeOwner);
}

function writeOwner(owner: Owner): ManagedFieldsEntry {
  return {
    ...(owner.manager === '' ? undefined : { manager: owner.manager }),
    operation: owner.operation,
    apiVersion: owner.apiVersion,
    ...(owner.time === undefined ? undefined : { time: owner.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: owner.set.serialise(),
    ...(owner.subresource === '' ? undefined : { subresource: owner.subresource }),
  } as ManagedFieldsEntry;
}

function compareOwners(a: Owner, b: Owner): number {
  return (
    compareText(a.operation, b.operation) ||
    seconds(a.time) - seconds(b.time) ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  );
}

export function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Unix seconds of a timestamp; 0 where there is none. */
export function seconds(time: string | undefined): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000) || 0;
}

/** The object with these managedFields in place of its own; without the field when the list is empty. */
export function withManagedFields(object: JsonObject, entries: readonly ManagedFieldsEntry[]): JsonObject {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const { managedFields: _, ...rest } = metadata;
  if (entries.length === 0)
    return managedFieldsOf(object) === undefined ? object : { ...object, metadata: rest };
  return { ...object, metadata: { ...rest, managedFields: entries as unknown as Json[] } };
}

/** The object without its managedFields, which no set ever owns. */
export function withoutManagedFields(object: JsonObject): JsonObject {
  return withManagedFields(object, []);
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
