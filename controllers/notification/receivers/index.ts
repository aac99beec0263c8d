export { receiverReconciler } from './reconciler.ts';
export { type ServerDeps, serveReceivers } from './server.ts';
