export { capabilitiesOf } from './capabilities.ts';
export {
  type LookedUp,
  type Lookups,
  lookupKey,
  type ReleaseChart,
  type Rendered,
  type RenderOutcome,
  type RenderRequest,
} from './chart.ts';
export type { ReleaseContext } from './context.ts';
export { type CrdOptions, installCrds } from './crds.ts';
export { takeOverFrom } from './field-managers.ts';
export { inPortions } from './in-portions.ts';
export { type DeployOptions, type InstallOptions, install, newRelease } from './install.ts';
export { type LocalChartOptions, localChart, renderHere } from './local-chart.ts';
export { helmWords, observeByName } from './observe.ts';
export { owned as markedAsOwned } from './ownership.ts';
export { KnownRecords, type Records, type RecordsOptions, recordsIn } from './records.ts';
export { ReleaseError, ReleaseNotFound } from './release-error.ts';
export { type RenderContext, render } from './render.ts';
export { type Resource, resourcesIn } from './resource.ts';
export { type RollbackOptions, rollback } from './rollback.ts';
export { runTests, type TestOptions } from './run-tests.ts';
export type { Propagation } from './sets.ts';
export { type Uninstalled, type UninstallOptions, uninstall } from './uninstall.ts';
export { type OldValues, type UpgradeOptions, upgrade } from './upgrade.ts';
export {
  type Missing,
  type Observe,
  type Waiter,
  type WaitOptions,
  type WaitStrategy,
  type WaitWords,
  waiterOn,
} from './waiter.ts';
