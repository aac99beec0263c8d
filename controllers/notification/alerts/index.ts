export { sendsOn } from './sends-on.ts';
