import { Problem } from './problem.ts';

/** Of a repository with all its parts, in characters: what every client takes (distribution-spec, "Pulling manifests"). */
const longestName = 255;

const part = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tag = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** Throws Problem for what cannot be the name of a repository. */
export function requireName(name: string): string {
  if (name.length <= longestName && name.split('/').every(text => part.test(text))) return name;
  throw new Problem(
    400,
    'NAME_INVALID',
    'the name of a repository consists of a-z and 0-9, with . _ - between them, in parts that / joins',
  );
}

export function isTag(text: string): boolean {
  return tag.test(text);
}
