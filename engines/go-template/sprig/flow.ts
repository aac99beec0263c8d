import { goFunction } from '../function.ts';
import type { TemplateFunction } from '../value.ts';

export const flow: Record<string, TemplateFunction> = {
  fail: goFunction(['string'], message => {
    throw new Error(message);
  }),
  // Looking up names would let a chart reach out of the render: Helm answers with nothing unless asked for it.
  getHostByName: goFunction(['string'], () => ''),
};
