/** What a Kustomization is made into, without the controller. */
export { type Builder, startBuilder } from '../build.ts';
export { kustomizeManager } from '../manager.ts';
export { withSpec } from '../overlay.ts';
export { sourceOf } from '../source.ts';
export { type Variables, variableSources, variablesOf } from '../substitution.ts';
export { withCommonMetadata } from './common-metadata.ts';
export { substituted } from './substitute-object.ts';
