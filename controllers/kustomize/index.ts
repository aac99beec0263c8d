export { type Builder, startBuilder } from './build.ts';
export { type KustomizeOptions, kustomizationReconciler } from './reconciler.ts';
