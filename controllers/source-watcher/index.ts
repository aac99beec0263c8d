export { sourceWatcher } from './program.ts';
