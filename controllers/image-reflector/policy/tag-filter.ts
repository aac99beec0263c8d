import { RE2JS } from 're2js';

/** Tags by what was extracted of them, the tag itself where nothing is: of those that come to the same, the last. */
export function filterTags(tags: string[], pattern: string, extract: string): Map<string, string> {
  const compiled = compile(pattern);
  const found = new Map<string, string>();
  for (const tag of tags) {
    const matcher = compiled.matcher(tag);
    if (!matcher.find()) continue;
    const groups = compiled.namedGroups() as Record<string, number>;
    const group = (name: string) => {
      const number = /^(0|[1-9]\d*)$/.test(name) ? Number(name) : groups[name];
      return number === undefined || number > matcher.groupCount() ? '' : (matcher.group(number) ?? '');
    };
    const key = extract === '' ? tag : expand(extract, group);
    found.delete(key);
    found.set(key, tag);
  }
  return found;
}

/** Characters of an expression. */
const longest = 1000;

/** Throws with what is wrong with it. */
function compile(pattern: string): RE2JS {
  const refused = (why: string, cause?: unknown) =>
    new Error(`invalid regular expression pattern '${pattern.slice(0, longest)}': ${why}`, { cause });
  if (pattern.length > longest) throw refused(`it has more than ${longest} characters`);
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw refused((error as Error).message, error);
  }
}

/** `$name`, `${name}`, `$1`, `$$`; a `$` that begins none of these is one (Go's regexp.Expand). */
function expand(template: string, group: (name: string) => string): string {
  return template.replace(
    /\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu,
    (_, dollar, braced, bare) => (dollar ? '$' : group(braced ?? bare)),
  );
}
