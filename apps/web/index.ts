export type { Choice, Choices } from './model/comparison.ts';
export { webProgram } from './program.ts';
export type { Found, ObjectPair } from './server/comparison.ts';
export { type Journal, journalOf } from './server/journal.ts';
export { pairsBetween } from './server/object-pairs.ts';
export type { Outage } from './server/outage.ts';
export type { CommitRange, PreviewOf, Previews } from './server/preview-of.ts';
export type { ValueLayer, ValuesFound } from './server/value-origins.ts';
export { startWeb, type Web, type WebOptions } from './server/web.ts';
