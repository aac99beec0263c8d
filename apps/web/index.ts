export { webProgram } from './program.ts';
export { startWeb, type Web, type WebOptions } from './server/web.ts';
