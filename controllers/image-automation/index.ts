export { imageAutomationController } from './program.ts';
