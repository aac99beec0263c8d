import type { Type } from '../check/type.ts';
import { Entries } from './collection.ts';
import type { Value } from './value.ts';

/** An object that an expression has made. */
export class Message extends Entries {
  override readonly type: Type;

  constructor(type: Type, fields: Iterable<readonly [string, Value]>) {
    super(fields);
    this.type = type;
  }
}
