import { isObject, type Json, type JsonObject } from '@millrace/json';
import { customResourceDefinition } from '../custom-resource-definition.ts';
import type { Kind } from '../kind.ts';

/** What is the same in every kind, and said once. */
const shared = /^status\.(conditions|artifact)\./;

/** docs/reference/api.md: every field of the current version of each kind, as `kubectl explain` tells it. */
export function apiReference(kinds: readonly Kind[]): string {
  const sections = [...kinds].sort((a, b) => (a.kind < b.kind ? -1 : 1)).map(sectionOf);
  return `# Kinds and their fields

What \`kubectl explain\` says too. Fields in bold have to be given; \`[]\` is a list.
What is in \`status.conditions\` and \`status.artifact\` is told by \`kubectl explain gitrepository.status\`.

${sections.join('\n')}`;
}

function sectionOf(kind: Kind): string {
  const { versions } = customResourceDefinition(kind).spec as {
    versions: { name: string; schema: { openAPIV3Schema: JsonObject } }[];
  };
  const schema = versions.find(({ name }) => name === kind.version)?.schema.openAPIV3Schema ?? {};
  const { apiVersion, kind: ofKind, metadata, ...properties } = asObject(schema.properties);
  const rows = fieldRows({ ...schema, properties }, '').filter(({ path }) => !shared.test(path));
  return `## ${kind.kind}

\`${kind.group}/${kind.version}\`. ${text(schema.description)}

| field | type | |
| --- | --- | --- |
${rows.map(({ path, required, type, meaning }) => `| ${required ? `**\`${path}\`**` : `\`${path}\``} | ${type} | ${meaning} |`).join('\n')}
`;
}

interface FieldRow {
  path: string;
  required: boolean;
  type: string;
  meaning: string;
}

function fieldRows(schema: JsonObject, path: string): FieldRow[] {
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(asObject(schema.properties)).flatMap(([name, field]) => {
    if (!isObject(field)) return [];
    const at = path === '' ? name : `${path}.${name}`;
    const inner = isObject(field.items) ? field.items : field;
    return [
      { path: at, required: required.includes(name), type: typeOf(field), meaning: meaningOf(field) },
      ...fieldRows(inner, at),
    ];
  });
}

function typeOf(field: JsonObject): string {
  if (isObject(field.items)) return `[]${typeOf(field.items)}`;
  if (isObject(field.additionalProperties)) return `map of ${typeOf(field.additionalProperties)}`;
  return text(field.type) || 'any';
}

function meaningOf(field: JsonObject): string {
  const allowed = asObject(isObject(field.items) ? field.items : field).enum;
  const values = Array.isArray(allowed) ? ` One of ${allowed.map(value => `\`${value}\``).join(', ')}.` : '';
  return (text(field.description) + values).replaceAll('|', '\\|').replaceAll('*', '\\*');
}

const asObject = (json: Json | undefined): JsonObject => (isObject(json) ? json : {});
const text = (json: Json | undefined): string => (typeof json === 'string' ? json : '');
