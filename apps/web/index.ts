export { startWeb, type Web, type WebOptions } from './server/web.ts';
