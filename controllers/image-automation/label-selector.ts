import type { ImageUpdateAutomation } from '@millrace/api';

type Selector = NonNullable<ImageUpdateAutomation['spec']['policySelector']>;
type Labels = Readonly<Record<string, string>>;

/** A selector that says what no selector can. */
export class InvalidSelector extends Error {
  override readonly name = 'InvalidSelector';
}

/** Which labels a selector means; all, where there is none (apimachinery, LabelSelectorAsSelector). Throws InvalidSelector. */
export function labelMatcher(selector: Selector = {}): (labels: Labels) => boolean {
  const exact = Object.entries(selector.matchLabels ?? {});
  const expressions = (selector.matchExpressions ?? []).map(expressionMatcher);
  return labels =>
    exact.every(([key, value]) => at(labels, key) === value) && expressions.every(one => one(labels));
}

function expressionMatcher({
  key,
  operator,
  values: given,
}: NonNullable<Selector['matchExpressions']>[number]): (labels: Labels) => boolean {
  const values = given ?? [];
  const takesValues = operator === 'In' || operator === 'NotIn';
  if (takesValues && values.length === 0)
    throw new InvalidSelector(
      `values: Invalid value: ${JSON.stringify(given ?? null)}: for 'in', 'notin' operators, values set can't be empty`,
    );
  if (!takesValues && values.length > 0)
    throw new InvalidSelector(
      `values: Invalid value: ${JSON.stringify(values)}: values set must be empty for exists and does not exist`,
    );
  switch (operator) {
    case 'In':
      return labels => values.includes(at(labels, key) ?? '') && at(labels, key) !== undefined;
    case 'NotIn':
      return labels => at(labels, key) === undefined || !values.includes(at(labels, key)!);
    case 'Exists':
      return labels => at(labels, key) !== undefined;
    case 'DoesNotExist':
      return labels => at(labels, key) === undefined;
    default:
      throw new InvalidSelector(`"${operator}" is not a valid label selector operator`);
  }
}

const at = (labels: Labels, key: string) => (Object.hasOwn(labels, key) ? labels[key] : undefined);
