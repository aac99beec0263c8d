import {
  type CallContext,
  contextFunction,
  LimitError,
  quote,
  TemplateError,
  type TemplateFunction,
  type Value,
} from '@millrace/go-template';
import type { Session } from './session.ts';

/** What Helm calls the set of a render, and any text that tpl renders. */
const setName = 'gotpl';

/** A template may be included in itself so often: Helm's own limit. */
const maxRecursion = 1000;

/** Helm's name for no value, which it takes out of what it renders. */
const noValue = '<no value>';

/** What a template was asked to render and could not. */
class InclusionError extends Error {}

/** `include` and `tpl` */
export function inclusion(session: () => Session): Record<string, TemplateFunction> {
  return {
    include: contextFunction(['string', 'interface {}'], (context, name, data) =>
      include(session().included, context, name, data),
    ),
    tpl: contextFunction(['string', 'interface {}'], tpl),
  };
}

function include(included: Map<string, number>, context: CallContext, name: string, data: Value): Value {
  const running = included.get(name) ?? 0;
  if (running > maxRecursion)
    throw new InclusionError(
      `rendering template has a nested reference name: ${name}: unable to execute template`,
    );
  if (!context.set.has(name))
    throw new InclusionError(
      `template: no template ${quote(name)} associated with template ${quote(setName)}`,
    );
  included.set(name, running + 1);
  try {
    return context.execute(name, data);
  } finally {
    included.set(name, running);
  }
}

/** Renders a text in a set of its own: what it defines is known to what it includes, and to nobody after it. */
function tpl(context: CallContext, text: string, data: Value): Value {
  if (!text.includes('{{')) return withoutNoValue(text);
  const set = explained(`cannot parse template ${quote(text)}`, () => context.set.extended(setName, text));
  return withoutNoValue(
    explained(`error during tpl function execution for ${quote(text)}`, () =>
      context.executeIn(set, setName, data),
    ),
  );
}

/** A text without what Go prints for missing keys. */
export function withoutNoValue(text: string): string {
  return text.replaceAll(noValue, '');
}

function explained<T>(problem: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof TemplateError) || error instanceof LimitError) throw error;
    throw new InclusionError(`${problem}: ${error.message}`, { cause: error });
  }
}
