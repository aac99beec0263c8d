import type { JsonObject } from '@millrace/json';
import { type FieldError, invalid } from '@millrace/schema';
import type { ScalePaths } from '../api/resource.ts';
import { numberAt } from '../api/tree.ts';

/** What is wrong with the numbers that the scale of a custom resource shows. */
export function scaleProblems(object: JsonObject, scale: ScalePaths | undefined): FieldError[] {
  if (!scale) return [];
  return [scale.specReplicas, scale.statusReplicas].flatMap(path => countProblems(object, path));
}

function countProblems(object: JsonObject, path: string): FieldError[] {
  const count = numberAt(object, ...path.split('.').filter(Boolean)) ?? 0;
  if (count < 0) return [invalid(path, count, 'should be a non-negative integer')];
  const most = 2 ** 31 - 1;
  return count > most ? [invalid(path, count, `should be less than or equal to ${most}`)] : [];
}
