import { EvaluationError } from '../error.ts';
import type { StructNode } from '../syntax/node.ts';
import { Message } from '../value/message.ts';
import { Optional, type Value } from '../value/value.ts';
import type { Frame } from './frame.ts';
import type { Parts, Planned } from './planned.ts';

/** What an object costs to make, as in cel-go. */
const messageCost = 40;

/** The making of an object. Fields whose optional value is missing are left out. */
export function planMessage(parts: Parts, node: StructNode): Planned {
  const type = parts.checked.types.get(node);
  if (!type) throw new EvaluationError(`${node.type} cannot be made`);
  const fields = node.fields.map(({ name, value, isOptional }) => ({
    name,
    value: parts.plan(value),
    isOptional,
  }));
  const held = (value: Value): Value | undefined => (value instanceof Optional ? value.value : value);
  return {
    step(frame: Frame) {
      const made: [string, Value][] = [];
      for (const { name, value, isOptional } of fields) {
        const found = value.step(frame);
        const kept = isOptional ? held(found) : found;
        if (kept !== undefined) made.push([name, kept]);
      }
      frame.charge(messageCost);
      return new Message(type, made);
    },
  };
}
