import { Failed } from '@millrace/controller';
import { RE2JS } from 're2js';

/** Signatures of cosign, where nothing is said (image-reflector-controller, docs/spec/v1). */
const usual = ['^.*\\.sig$'];

/** Characters of an expression. */
const longest = 1000;

export function exclusionsOf(list: string[] | undefined): string[] {
  return list && list.length > 0 ? list : usual;
}

/** The tags that no expression matches anywhere. Throws Failed for an expression that is none. */
export function withoutExcluded(tags: string[], expressions: string[]): string[] {
  const patterns = expressions.map(expression => {
    const refused = (why: string, cause?: unknown) =>
      new Failed('ReadOperationFailed', `scan failed: failed to compile regex ${expression}: ${why}`, {
        cause,
      });
    if (expression.length > longest) throw refused(`it has more than ${longest} characters`);
    try {
      return RE2JS.compile(expression);
    } catch (error) {
      throw refused((error as Error).message, error);
    }
  });
  return tags.filter(tag => !patterns.some(pattern => pattern.matcher(tag).find()));
}
