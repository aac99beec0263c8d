export { notificationController } from './program.ts';
