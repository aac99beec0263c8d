import type { Kustomization } from '@millrace/api';
import { type HealthRules, healthRules } from '@millrace/applier';
import type { Memory } from './memory.ts';
import { invalidExpression } from './ready-expr.ts';

/** What spec.healthCheckExprs says, compiled once for each text. Throws Stalled where an expression is none. */
export function rulesOf({ spec }: Kustomization, memory: Memory): HealthRules | undefined {
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
