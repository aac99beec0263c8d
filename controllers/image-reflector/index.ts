export { imageReflectorController } from './program.ts';
