export type { Dispatch } from './events/index.ts';
export { notificationController, type Outlet } from './program.ts';
