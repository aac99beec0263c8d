export type { Dispatch } from './dispatcher.ts';
export { startEvents } from './start.ts';
