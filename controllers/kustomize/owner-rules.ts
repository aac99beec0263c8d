import type { Kustomization } from '@millrace/api';
import {
  type HealthRules,
  healthRules,
  type IgnoreRules,
  ignoreRules,
  invalidExpression,
} from '@millrace/applier';
import { Failed } from '@millrace/controller';
import type { Memory } from './memory.ts';

/** What spec.healthCheckExprs says, compiled once for each text. Throws Stalled where an expression is none. */
export function healthRulesOf({ spec }: Kustomization, memory: Memory): HealthRules | undefined {
  const expressions = spec.healthCheckExprs ?? [];
  if (expressions.length === 0) return undefined;
  const text = JSON.stringify(expressions);
  if (memory.healthRules?.text === text) return memory.healthRules.rules;
  try {
    const rules = healthRules(expressions);
    memory.healthRules = { text, rules };
    return rules;
  } catch (error) {
    throw invalidExpression((error as Error).message, error);
  }
}

/** What spec.ignore says, compiled once for each text; Failed, which is to be thrown before drift is looked for, where a target is none. */
export function ignoreRulesOf({ spec }: Kustomization, memory: Memory): IgnoreRules | Failed | undefined {
  const rules = spec.ignore ?? [];
  if (rules.length === 0) return undefined;
  const text = JSON.stringify(rules);
  if (memory.ignoreRules?.text === text) return memory.ignoreRules.rules;
  try {
    memory.ignoreRules = { text, rules: ignoreRules(rules) };
    return memory.ignoreRules.rules;
  } catch (error) {
    return new Failed('ReconciliationFailed', (error as Error).message, { cause: error });
  }
}
