export { webProgram } from './program.ts';
export { type Journal, journalOf } from './server/journal.ts';
export type { Outage } from './server/outage.ts';
export type { Commit, FindCommits } from './server/search.ts';
export { startWeb, type Web, type WebOptions } from './server/web.ts';
