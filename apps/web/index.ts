export { webProgram } from './program.ts';
export { type Journal, journalOf } from './server/journal.ts';
export type { Outage } from './server/outage.ts';
export { startWeb, type Web, type WebOptions } from './server/web.ts';
