export { type DiffLine, diffLines, linesBetween } from './line-diff.ts';
