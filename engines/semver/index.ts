export { BadConstraint, type Constraint, latest, parseConstraint, parseVersion } from './range.ts';
