export { BadConstraint, type Constraint, parseConstraint } from './constraint.ts';
export { latest, parseFullVersion, parseVersion } from './range.ts';
export { compareVersions, type VersionParts } from './version.ts';
