export { type Builder, startBuilder } from './build.ts';
export { kustomizeController } from './program.ts';
export { variableSources, variablesOf } from './substitution.ts';
