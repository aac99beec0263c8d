import { toBytes } from '../../byte-string.ts';
import { goFunction } from '../../function.ts';
import { GoInt, type TemplateFunction } from '../../value.ts';

/** Values that no function of Sprig makes; the Go program that made the golden cases defines the same functions. */
export const fixtures: Record<string, TemplateFunction> = {
  u8: goFunction(['int'], n => new GoInt('uint8', BigInt(n))),
  u64: goFunction(['uint64'], n => new GoInt('uint64', n)),
  i32: goFunction(['int'], n => new GoInt('int32', BigInt(n))),
  bytes: goFunction(['string'], text => toBytes(text)),
};
