import type { Json, JsonObject } from '@millrace/json';
import { type FieldError, forbidden, invalid, notSupported, required, tooMany } from '@millrace/schema';
import { listAt, objectAt, objectsAt, own, textAt, valueAt } from '../api/tree.ts';

/**
 * What is wrong with a version of a definition beside its schema. `at` is the version; `shared` is where upstream keeps
 * what all versions have in common, which is the definition itself where it has one version.
 * Source of the rules: apiextensions, validation.
 */
export function versionDetailProblems(version: JsonObject, at: string, shared: string): FieldError[] {
  return [
    ...deprecationProblems(version, `${at}.deprecationWarning`),
    ...scaleProblems(objectAt(version, 'subresources'), `${shared}.subresources.scale`),
    ...objectsAt(version, 'additionalPrinterColumns').flatMap((column, i) =>
      columnProblems(column, `${shared}.additionalPrinterColumns[${i}]`),
    ),
    ...selectableProblems(version, `${shared}.selectableFields`),
  ];
}

const longestWarning = 256;

function deprecationProblems(version: JsonObject, at: string): FieldError[] {
  const warning = version.deprecationWarning;
  if (typeof warning !== 'string') return [];
  if (version.deprecated !== true) return [invalid(at, warning, 'can only be set for deprecated versions')];
  if (warning === '') return [invalid(at, warning, 'must not be an empty string')];
  if (warning.length <= longestWarning) return [];
  return [invalid(at, warning, `must be <= ${longestWarning} characters long`)];
}

function scaleProblems({ scale }: JsonObject, at: string): FieldError[] {
  if (scale === undefined) return [];
  const labels = textAt(scale, 'labelSelectorPath');
  return [
    ...replicasPathProblems(textAt(scale, 'specReplicasPath'), `${at}.specReplicasPath`, '.spec'),
    ...replicasPathProblems(textAt(scale, 'statusReplicasPath'), `${at}.statusReplicasPath`, '.status'),
    ...(labels === '' || labels.startsWith('.spec.') || labels.startsWith('.status.')
      ? []
      : (simplePathProblems(labels, `${at}.labelSelectorPath`) ?? [
          invalid(`${at}.labelSelectorPath`, labels, 'should be a json path under either .spec or .status'),
        ])),
  ];
}

function replicasPathProblems(path: string, at: string, under: string): FieldError[] {
  if (path === '') return [required(at)];
  if (path.startsWith(`${under}.`)) return [];
  return simplePathProblems(path, at) ?? [invalid(at, path, `should be a json path under ${under}`)];
}

/** Undefined where nothing is wrong. */
function simplePathProblems(path: string, at: string): FieldError[] | undefined {
  if (path.startsWith('.')) return undefined;
  return [invalid(at, path, 'must be a simple json path starting with .')];
}

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

function columnProblems(column: JsonObject, at: string): FieldError[] {
  const [type, format, path] = [textAt(column, 'type'), textAt(column, 'format'), textAt(column, 'jsonPath')];
  const types = `must be one of ${columnTypes.join(',')}`;
  const problems: FieldError[] = [];
  if (textAt(column, 'name') === '') problems.push(required(`${at}.name`));
  if (type === '') problems.push(required(`${at}.type`, types));
  else if (!columnTypes.includes(type)) problems.push(invalid(`${at}.type`, type, types));
  if (format !== '' && !columnFormats.includes(format))
    problems.push(invalid(`${at}.format`, format, `must be one of ${columnFormats.join(',')}`));
  if (path === '') problems.push(required(`${at}.JSONPath`));
  return [...problems, ...(path === '' ? [] : (simplePathProblems(path, `${at}.JSONPath`) ?? []))];
}

const mostSelectable = 8;
const selectableTypes = ['string', 'boolean', 'integer'];

function selectableProblems(version: JsonObject, at: string): FieldError[] {
  const schema = objectAt(version, 'schema', 'openAPIV3Schema');
  const fields = objectsAt(version, 'selectableFields');
  const known = new Set<string>();
  const problems = fields.flatMap(({ jsonPath }, i) => {
    const path = typeof jsonPath === 'string' ? jsonPath : '';
    const field = `${at}[${i}].jsonPath`;
    if (path === '') return [required(field)];
    const why = selectablePathProblem(path, schema);
    if (why !== undefined) return [invalid(field, path, why)];
    known.add(path);
    return [];
  });
  return known.size > mostSelectable ? [...problems, tooMany(at, known.size, mostSelectable)] : problems;
}

function selectablePathProblem(path: string, schema: JsonObject): string | undefined {
  if (!path.startsWith('.')) return `is an invalid path: expected [ or . but got: ${path}`;
  const steps = path.slice(1).split('.');
  if (steps[0] === 'metadata') return 'must not point to fields in metadata';
  let found: Json | undefined = schema;
  for (const step of steps) found = own(objectAt(found, 'properties'), step);
  if (found === undefined) return 'is an invalid path: does not refer to a valid field';
  if (selectableTypes.includes(textAt(found, 'type'))) return undefined;
  return 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
}

const strategies = ['None', 'Webhook'];
const reviewVersions = ['v1', 'v1beta1'];

export function conversionProblems(spec: JsonObject): FieldError[] {
  const at = 'spec.conversion';
  const strategy = textAt(spec, 'conversion', 'strategy');
  const client = valueAt(spec, 'conversion', 'webhook', 'clientConfig');
  const asked = listAt(spec, 'conversion', 'webhook', 'conversionReviewVersions');
  const problems: FieldError[] = [];
  if (strategy === '') problems.push(required(`${at}.strategy`));
  else if (!strategies.includes(strategy))
    problems.push(notSupported(`${at}.strategy`, strategy, strategies));
  if (strategy !== 'Webhook') {
    const why = 'should not be set when strategy is not set to Webhook';
    if (client !== undefined) problems.push(forbidden(`${at}.webhookClientConfig`, why));
    if (asked.length > 0) problems.push(forbidden(`${at}.conversionReviewVersions`, why));
    return problems;
  }
  const [url, service] = [valueAt(client, 'url'), valueAt(client, 'service')];
  if (client === undefined)
    problems.push(required(`${at}.webhookClientConfig`, 'required when strategy is set to Webhook'));
  else if ((url === undefined) === (service === undefined))
    problems.push(required(`${at}.webhookClientConfig`, 'exactly one of url or service is required'));
  if (asked.length === 0) problems.push(required(`${at}.conversionReviewVersions`));
  else if (!asked.some(version => reviewVersions.includes(String(version))))
    problems.push(
      invalid(
        `${at}.conversionReviewVersions`,
        asked,
        `must include at least one of ${reviewVersions.join(', ')}`,
      ),
    );
  return problems;
}
