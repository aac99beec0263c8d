import type { Event } from './event/event.ts';

/** `kustomization/apps.flux-system`: what the chats call an object. */
export function objectName({ involvedObject: { kind = '', name = '', namespace = '' } }: Event): string {
  return `${lower(kind)}/${name}.${namespace}`;
}

/** `kustomization/apps` and `reconciliation succeeded`: what Git hosts and PagerDuty call an object and what happened. */
export function nameAndReason({ involvedObject: { kind = '', name = '' }, reason }: Event) {
  return { name: lower(`${kind}/${name}`), reason: lower(wordsOf(reason).join(' ')) };
}

/** As Go lowers: letter by letter, and each stays one. */
export function lower(text: string): string {
  return /^[\x20-\x7e]*$/.test(text)
    ? text.toLowerCase()
    : Array.from(text, letter => Array.from(letter.toLowerCase())[0]).join('');
}

/** `HealthCheckFailed` becomes `Healthcheckfailed`: each word begins with a capital and goes on in lower case. */
export function titleCase(text: string): string {
  return text.replace(/[\p{L}\p{M}\p{N}_]+(?:['.:·’][\p{L}\p{M}\p{N}_]+)*/gu, word => {
    const [before = '', first = ''] = /^(\P{LC}*)(\p{LC}?)/u.exec(word)?.slice(1) ?? [];
    const [capital = '', ...more] = first.toUpperCase();
    // A letter before them: some letters are others at the end of a word.
    const rest = `x${more.join('')}${word.slice(before.length + first.length)}`.toLowerCase().slice(1);
    return before + capital + rest;
  });
}

/**
 * The words of a CamelCase name: runs of lower case, upper case, digits and others; the last of some capitals belongs to
 * the lower case after it, as in `OCIArtifact`.
 */
function wordsOf(name: string): string[] {
  const runs = name.match(/\p{Ll}+|\p{Lu}+|\p{Nd}+|[^\p{Ll}\p{Lu}\p{Nd}]+/gu) ?? [];
  for (let i = 1; i < runs.length; i++) {
    if (!/^\p{Lu}/u.test(runs[i - 1]!) || !/^\p{Ll}/u.test(runs[i]!)) continue;
    const capitals = Array.from(runs[i - 1]!);
    runs[i] = capitals.pop() + runs[i]!;
    runs[i - 1] = capitals.join('');
  }
  return runs.filter(run => run !== '');
}

/** The metadata that the revision of the event stands in. */
export function revisionOf({ metadata = {} }: Event): string | undefined {
  return metadata.commit ?? metadata.originRevision ?? metadata.revision;
}
