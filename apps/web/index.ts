export type { Choice, Choices } from './model/comparison.ts';
export type { Found, ObjectPair } from './server/comparison.ts';
export { pairsBetween } from './server/object-pairs.ts';
export type { PreviewOf, Previews } from './server/preview-of.ts';
export type { ValueLayer, ValuesFound } from './server/value-origins.ts';
export { startWeb, type Web, type WebOptions } from './server/web.ts';
