export {
  hiddenFields,
  mask,
  masked,
  maskedChanges,
  maskedJson,
  secretsGently,
  secretsIn,
  withoutContent,
} from './masking.ts';
export { maskedPair, shownObject } from './shown-object.ts';
