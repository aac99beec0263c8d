import type { Json, JsonObject } from '@millrace/json';
import {
  canonicalQuantity,
  duplicate,
  exactQuantity,
  type FieldError,
  forbidden,
  invalid,
  required,
} from '@millrace/schema';
import { qualifiedNameProblems } from '../api/label-names.ts';
import { objectAt, objectsAt, own, textAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';
import { containerResourceProblems, resourceNameProblems } from './resource-names.ts';

const types = ['Pod', 'Container', 'PersistentVolumeClaim'];
const defaults = ['default', 'defaultRequest'];

/** https://kubernetes.io/docs/concepts/policy/limit-range/ */
export const limitRangeRules: KindRules = {
  problems(object) {
    const known = new Set<string>();
    return objectsAt(object, 'spec', 'limits').flatMap((limit, i) => {
      const at = `spec.limits[${i}]`;
      const type = textAt(limit, 'type');
      const twice = known.has(type) ? [duplicate(`${at}.type`, type)] : [];
      known.add(type);
      return [...typeProblems(type, `${at}.type`), ...twice, ...limitProblems(limit, type, at)];
    });
  },
};

function typeProblems(type: string, at: string): FieldError[] {
  const bad = qualifiedNameProblems(type, at) as FieldError[];
  if (bad.length > 0 || type.includes('/') || types.includes(type)) return bad;
  return [invalid(at, type, 'must be a standard limit type or fully qualified')];
}

function limitProblems(limit: JsonObject, type: string, at: string): FieldError[] {
  const isPod = type === 'Pod';
  const fields = ['max', 'min', ...(isPod ? [] : defaults), 'maxLimitRequestRatio'];
  const nameProblems = isPod || type === 'Container' ? containerResourceProblems : resourceNameProblems;
  const names = new Set(fields.flatMap(field => Object.keys(objectAt(limit, field))));
  const problems = fields.flatMap(field =>
    Object.keys(objectAt(limit, field)).flatMap(name => nameProblems(name, `${at}.${field}[${name}]`)),
  );
  for (const field of defaults)
    if (isPod && Object.keys(objectAt(limit, field)).length > 0)
      problems.push(forbidden(`${at}.${field}`, "may not be specified when `type` is 'Pod'"));
  const bounds = ['min', 'max'].filter(field => own(objectAt(limit, field), 'storage') !== undefined);
  if (type === 'PersistentVolumeClaim' && bounds.length === 0) {
    const why = 'either minimum or maximum storage value is required, but neither was provided';
    problems.push(required(`${at}.limits`, why));
  }
  return [...problems, ...[...names].flatMap(name => orderProblems(limit, name, at, isPod))];
}

interface Amount {
  readonly nanos: bigint;
  readonly shown: string;
}

function amount(value: Json | undefined): Amount | undefined {
  const shown = value === undefined ? undefined : canonicalQuantity(value);
  const nanos = shown === undefined ? undefined : exactQuantity(shown)?.nanos;
  return shown === undefined || nanos === undefined ? undefined : { nanos, shown };
}

/** What is too much beside another amount of the same resource. */
function orderProblems(limit: JsonObject, name: string, at: string, isPod: boolean): FieldError[] {
  const of = (field: string) =>
    isPod && defaults.includes(field) ? undefined : amount(own(objectAt(limit, field), name));
  const [min, max, given, asked] = [of('min'), of('max'), of('default'), of('defaultRequest')];
  /** `told` is the amount that upstream quotes. */
  const atMost = (
    field: string,
    told: Amount | undefined,
    a: Amount | undefined,
    b: Amount | undefined,
    words: [string, string],
  ) =>
    a && b && told && a.nanos > b.nanos
      ? [
          invalid(
            `${at}.${field}[${name}]`,
            told.shown,
            `${words[0]} value ${a.shown} is greater than ${words[1]} value ${b.shown}`,
          ),
        ]
      : [];
  return [
    ...atMost('min', min, min, max, ['min', 'max']),
    ...atMost('defaultRequest', asked, min, asked, ['min', 'default request']),
    ...atMost('defaultRequest', asked, asked, max, ['default request', 'max']),
    ...atMost('defaultRequest', asked, asked, given, ['default request', 'default limit']),
    ...atMost('default', min, min, given, ['min', 'default']),
    ...atMost('default', max, given, max, ['default', 'max']),
    ...ratioProblems(of('maxLimitRequestRatio'), min, max, `${at}.maxLimitRequestRatio[${name}]`),
  ];
}

const one = 1_000_000_000n;

function ratioProblems(
  ratio: Amount | undefined,
  min: Amount | undefined,
  max: Amount | undefined,
  at: string,
): FieldError[] {
  if (!ratio) return [];
  const problems = ratio.nanos < one ? [invalid(at, ratio.shown, `ratio ${ratio.shown} is less than 1`)] : [];
  if (!min || !max || min.nanos === 0n) return problems;
  const most = Number(max.nanos) / Number(min.nanos);
  if (Number(ratio.nanos) / Number(one) <= most) return problems;
  const why = `ratio ${ratio.shown} is greater than max/min = ${most.toFixed(6)}`;
  return [...problems, invalid(at, ratio.shown, why)];
}
