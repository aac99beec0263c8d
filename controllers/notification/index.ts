export type { Dispatch } from './events/index.ts';
export { type Local, notificationController, type Outlet } from './program.ts';
