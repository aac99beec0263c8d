import { isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, type KubeObject } from '@millrace/kube';
import { shownObject } from '@millrace/masking';
import { compareKeys, stringify } from '@millrace/yaml';
import type { Manager, OwnedLines, OwnedYaml } from '../model/owned-yaml.ts';
import { below, fieldElement, type Held, heldIn, itemElement, owns } from './field-owners.ts';

/** What is more than that nobody reads: lines, and levels that are written out. */
const most = { lines: 20_000, levels: 60, managers: 100 };

/** An object as YAML, and who owns which line of it (KEP-555), without what is secret. */
export function ownedYaml(object: KubeObject): OwnedYaml {
  const json = asJson(object);
  const { managedFields, ...metadata } = isObject(json.metadata) ? json.metadata : {};
  const entries = (Array.isArray(managedFields) ? managedFields : [])
    .filter(isObject)
    .slice(0, most.managers);
  const shown = shownObject({ ...json, metadata });
  return yamlOf(
    shown,
    entries.map(managerOf),
    entries.map(({ fieldsV1 }) => heldIn(fieldsV1)),
  );
}

/** Any value as YAML, and which of its owners holds which line. */
export function yamlOf(value: JsonObject, managers: Manager[], held: Held[]): OwnedYaml {
  const writer = new Writer();
  writer.map(value, held, 0, '');
  return { managers, runs: writer.runs, left: writer.left };
}

function managerOf({ manager, operation, subresource, time }: JsonObject): Manager {
  return { name: text(manager), operation: text(operation), subresource: text(subresource), at: text(time) };
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** Writes as `stringify` does, and notes down who owns each line. */
class Writer {
  readonly runs: OwnedLines[] = [];
  left = 0;
  #written = 0;

  /** @param first what stands before the first line in the place of its indentation: the dash of an item */
  map(value: JsonObject, held: Held[], level: number, first: string): void {
    let start = first;
    for (const key of Object.keys(value).sort(compareKeys)) {
      const element = fieldElement(key);
      this.#field(key, value[key] as Json, { held, elements: held.map(() => element), level, start });
      start = indent(level);
    }
  }

  #field(key: string, value: Json, { held, elements, level, start }: At): void {
    const owners = ownersAmong(held, elements);
    if (isLeaf(value) || level >= most.levels) {
      const written = isLeaf(value) ? value : JSON.stringify(value);
      this.#lines(stringify({ [key]: written }), owners, start, level);
      return;
    }
    this.#lines(stringify({ [key]: 0 }).replace(/ 0\n$/, '\n'), owners, start, level);
    const inside = held.map((one, i) => below(one, elements[i]));
    if (isObject(value)) this.map(value, inside, level + 1, indent(level + 1));
    else if (Array.isArray(value)) this.#list(value, inside, level, indent(level));
  }

  #list(items: Json[], held: Held[], level: number, first: string): void {
    let start = first;
    for (const [index, item] of items.entries()) {
      const elements = held.map(one => itemElement(one, item, index));
      const dash = `${start}- `;
      start = indent(level);
      if (isLeaf(item) || level >= most.levels) {
        const written = isLeaf(item) ? item : JSON.stringify(item);
        this.#lines(stringify([written]).slice(2), ownersAmong(held, elements), dash, level);
        continue;
      }
      const inside = held.map((one, i) => below(one, elements[i]));
      if (isObject(item)) this.map(item, inside, level + 1, dash);
      else if (Array.isArray(item)) this.#list(item, inside, level + 1, dash);
    }
  }

  #lines(written: string, owners: number[], start: string, level: number): void {
    const lines = written.replace(/\n$/, '').split('\n');
    for (const [i, line] of lines.entries()) {
      if (this.#written++ >= most.lines) this.left++;
      else this.#line(i === 0 ? start + line : line && indent(level) + line, owners);
    }
  }

  #line(line: string, owners: number[]): void {
    const last = this.runs.at(-1);
    if (last && sameAs(last.owners, owners)) last.lines.push(line);
    else this.runs.push({ lines: [line], owners });
  }
}

interface At {
  held: Held[];
  elements: (string | undefined)[];
  level: number;
  start: string;
}

const indent = (level: number) => '  '.repeat(level);

const isLeaf = (value: Json) =>
  typeof value !== 'object' || value === null || Object.keys(value).length === 0;

function ownersAmong(held: Held[], elements: (string | undefined)[]): number[] {
  return held.flatMap((one, i) => (owns(one, elements[i]) ? [i] : []));
}

const sameAs = (a: number[], b: number[]) => a.length === b.length && a.every((one, i) => one === b[i]);
