import { type CallContext, isObjectMap, underlying, type Value } from '../value.ts';

/** Deeper than this only a value within itself goes, which is for others to refuse. */
const deepest = 1000;

/**
 * Ask whether the text of a value may be made. A value may hold another many times over, so that a few lines of a
 * template make one whose text has no end in sight. Throws LimitError.
 */
export function weigh(context: CallContext, value: Value): void {
  let length = 0;
  const visit = (given: Value, depth: number): void => {
    const item = underlying(given);
    context.spend(1 / 8);
    context.reserve((length += typeof item === 'string' ? item.length : 4));
    if (depth === deepest) return;
    if (Array.isArray(item)) for (const element of item) visit(element, depth + 1);
    else if (item instanceof Map) for (const element of item.values()) visit(element, depth + 1);
    else if (isObjectMap(item)) for (const key of Object.keys(item)) visit(item[key], depth + 1);
  };
  visit(value, 0);
}
