import { createHash } from 'node:crypto';
import {
  compile,
  createEnvironment,
  type Environment,
  fluxLibraries,
  fromJson,
  type Program,
  withAnyVariable,
} from '@millrace/cel';
import { asJson, groupOf, type Health, type HealthStatus, healthOf, type KubeObject } from '@millrace/kube';

/** How the health of the objects of a kind is told, or of those of a group where `kind` is left out. */
export interface HealthExpressions {
  apiVersion: string;
  kind?: string;
  current: string;
  inProgress?: string;
  failed?: string;
}

/** The health of objects as their owner has it (spec.healthCheckExprs). */
export interface HealthRules {
  /** Equal rules have equal names. */
  name: string;
  covers(object: { apiVersion: string; kind: string }): boolean;
  /** Undefined where no rule covers the kind. */
  of(object: KubeObject): Health | undefined;
}

/** The expressions of a kind, in the order in which they are asked (fluxcd/flux2, rfcs/0009). */
type Rule = [status: HealthStatus, program: Program][];

const order = [
  ['InProgress', 'inProgress'],
  ['Failed', 'failed'],
  ['Current', 'current'],
] as const;

/** What one evaluation may cost: every object that passes a watch is evaluated, beside everybody's work. */
const costLimit = 20_000;

/** Characters of an expression. */
const longest = 20_000;

let environment: Environment | undefined;

/**
 * Health by expressions over the fields of an object. Throws an Error that names the expression which is none, and
 * kinds that have two rules. The version in an apiVersion has no meaning (fluxcd/pkg, runtime/cel).
 */
export function healthRules(list: readonly HealthExpressions[]): HealthRules {
  const rules = new Map<string, Rule>();
  for (const [i, expressions] of list.entries()) {
    const kind = groupKind(groupOf(expressions.apiVersion), expressions.kind ?? '');
    if (rules.has(kind))
      throw new Error(`duplicate custom health check for GroupKind ${kind} at healthchecks[${i}]`);
    rules.set(kind, ruleOf(expressions, i));
  }
  const ruleFor = ({ apiVersion, kind }: { apiVersion: string; kind: string }) => {
    const group = groupOf(apiVersion);
    // Flux's own rule for Jobs goes before.
    if (group === 'batch' && kind === 'Job') return undefined;
    return rules.get(groupKind(group, kind)) ?? rules.get(groupKind(group, ''));
  };
  return {
    name: createHash('sha1').update(JSON.stringify(list)).digest('base64'),
    covers: object => ruleFor(object) !== undefined,
    of(object) {
      const rule = ruleFor(object);
      return rule && judge(object, rule);
    },
  };
}

/** The health by the rules, where they cover the kind, and else by kstatus. */
export function healthBy(rules: HealthRules | undefined, object: KubeObject | undefined): Health {
  return (object && rules?.of(object)) ?? healthOf(object);
}

function groupKind(group: string, kind: string): string {
  return group === '' ? kind : `${kind}.${group}`;
}

function ruleOf(expressions: HealthExpressions, place: number): Rule {
  environment ??= withAnyVariable(createEnvironment(fluxLibraries));
  const refuse = (problem: string, cause?: unknown) =>
    new Error(`failed to create custom status evaluator for healthchecks[${place}]: ${problem}`, { cause });
  if (!expressions.current) throw refuse('expression Current not specified');
  const rule: Rule = [];
  for (const [status, field] of order) {
    const text = expressions[field];
    if (!text) continue;
    if (text.length > longest) throw refuse(`an expression has more than ${longest} characters`);
    try {
      rule.push([status, compile(text, environment)]);
    } catch (error) {
      const name = field[0]!.toUpperCase() + field.slice(1);
      const where = `failed to parse the expression ${name}: failed to parse the CEL expression '${text}'`;
      throw refuse(`${where}: ${(error as Error).message}`, error);
    }
  }
  return rule;
}

function judge(object: KubeObject, rule: Rule): Health {
  const json = asJson(object);
  const { observedGeneration } = (object.status ?? {}) as { observedGeneration?: unknown };
  const { generation } = object.metadata;
  if (typeof observedGeneration === 'number' && generation !== undefined && observedGeneration !== generation)
    return { status: 'InProgress', message: '' };
  const field = (name: string) => {
    const value = Object.hasOwn(json, name) ? json[name] : undefined;
    return value === undefined ? undefined : fromJson(value);
  };
  for (const [status, program] of rule) {
    try {
      const value = program.evaluate(field, { costLimit });
      if (value === true) return { status, message: '' };
      if (value !== false)
        return unknown(`failed to evaluate CEL expression as boolean: '${program.expression}'`);
    } catch (error) {
      const why = object.kind === 'Secret' ? 'it has no value' : (error as Error).message;
      return unknown(`failed to evaluate the CEL expression '${program.expression}': ${why}`);
    }
  }
  return { status: 'InProgress', message: '' };
}

const unknown = (message: string): Health => ({ status: 'Unknown', message });
