export type { Choice, Choices } from './model/comparison.ts';
export type { Found, ObjectPair } from './server/comparison.ts';
export type { PreviewOf, Previews } from './server/preview-of.ts';
export { startWeb, type Web, type WebOptions } from './server/web.ts';
