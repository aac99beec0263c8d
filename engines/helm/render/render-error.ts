import { TemplateError } from '@millrace/go-template';

/** A chart that cannot be rendered, in Helm's words: its message may have several lines, from the outermost template in. */
export class RenderError extends TemplateError {
  override readonly name = 'RenderError';
}

const warning = { start: 'HELM_ERR_START', end: 'HELM_ERR_END' };

/** The message of `required` and `fail`, marked so that it is found again in the error that carries it. */
export function marked(message: string): string {
  return warning.start + message + warning.end;
}

/** A template that cannot be parsed. */
export function parseError(error: TemplateError): RenderError {
  const tokens = error.message.split(': ');
  return new RenderError(`parse error at (${tokens[1]}): ${tokens.at(-1)}`, error.place, { cause: error });
}

/** A template that cannot be executed. */
export function executionError(error: TemplateError): RenderError {
  return new RenderError(executionMessage(error), error.place, { cause: error });
}

/**
 * The message of the author of the chart if there is one; or the templates on the way to the fault, outermost first; or
 * Go's message where a function failed for a reason of its own.
 */
function executionMessage(error: TemplateError): string {
  const [location, rest] = located(error.message);
  const start = rest.indexOf(warning.start);
  const end = rest.lastIndexOf(warning.end);
  if (start >= 0 && end >= start + warning.start.length)
    return `execution error at (${location}): ${rest.slice(start + warning.start.length, end)}`;
  const trace: string[] = [];
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    const step = traceStep(current.message);
    if (step === undefined) return error.message;
    if (step !== trace.at(-1)) trace.push(step);
  }
  return goTrimmed(trace.join(''));
}

function located(message: string): [string, string] {
  const [, location = '', ...rest] = message.split(': ');
  return [location, rest.join(': ')];
}

/** How Helm shows one error of text/template, or undefined if it is none. */
function traceStep(message: string): string | undefined {
  const prefix = 'template: ';
  if (!message.startsWith(prefix)) return undefined;
  const rest = message.slice(prefix.length);
  if (rest.startsWith('no template ')) return `${message}\n`;
  return executingStep(rest) ?? simpleStep(rest);
}

function executingStep(rest: string): string | undefined {
  const mark = ': executing "';
  for (let at = rest.indexOf(mark); at >= 0; at = rest.indexOf(mark, at + 1)) {
    const quote = rest.indexOf('"', at + mark.length);
    const open = quote + '" at <'.length;
    if (quote < 0 || rest.slice(quote, open) !== '" at <') continue;
    const close = rest.indexOf('>: ', open);
    if (close < 0) return undefined;
    const name = rest.slice(at + ': executing '.length, quote + 1);
    const where = `${rest.slice(0, at)}\n  executing ${name} at <${rest.slice(open, close)}>`;
    return `${where}:\n    ${withoutInner(rest.slice(close + 3))}\n`;
  }
  return undefined;
}

function simpleStep(rest: string): string | undefined {
  const at = rest.lastIndexOf(': ');
  return at < 0 ? undefined : `${rest.slice(0, at)}\n  ${withoutInner(rest.slice(at + 2))}\n`;
}

/** A message without the error of the template inside, which has a line of its own. */
function withoutInner(message: string): string {
  const at = message.indexOf(' template:');
  return at < 0 ? message : message.slice(0, at);
}

function goTrimmed(text: string): string {
  return text.replace(/^[\s\u0085]+|(?<![\s\u0085])[\s\u0085]+$/g, '');
}
