import { goFunction, type TemplateFunction } from '@millrace/go-template';
import { marked } from './render-error.ts';
import type { Session } from './session.ts';

/** What the author of a chart has to say to its user. */
class ChartRefusal extends Error {
  constructor(message: string) {
    super(marked(message));
  }
}

/** `required` and `fail`, which a linter only takes down. */
export function requirement(session: () => Session): Record<string, TemplateFunction> {
  const refuse = (message: string) => {
    if (!session().lint) throw new ChartRefusal(message);
    session().warn(message);
    return '';
  };
  return {
    required: goFunction(['string', 'interface {}'], (message, value) =>
      value === null || value === '' ? refuse(message) : value,
    ),
    fail: goFunction(['string'], refuse),
  };
}
