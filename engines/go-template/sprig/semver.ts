import { parseConstraint } from '@millrace/semver';
import { goFunction } from '../function.ts';
import type { TemplateFunction } from '../value.ts';
import { versionObject, versionParts } from './semver-version.ts';

/** Versions and constraints on them. */
export const semvers: Record<string, TemplateFunction> = {
  semver: goFunction(['string'], versionObject),
  semverCompare: goFunction(['string', 'string'], (constraint, version) => {
    const meets = parseConstraint(constraint);
    return meets(versionParts(version));
  }),
};
