export { helmController } from './program.ts';
