export { type ChartLimits, defaultChartLimits, readArchiveFiles } from './chart/archive.ts';
export type { Chart, ChartFile, Dependency, Lock, Maintainer, Metadata, Values } from './chart/chart.ts';
export { ChartError } from './chart/chart-error.ts';
export { type IgnoreRules, readIgnoreRules } from './chart/helmignore.ts';
export {
  type ChartFiles,
  type LoadOptions,
  loadChart,
  loadChartFolder,
  readChartArchive,
} from './chart/load.ts';
export { type PackedChart, type PackOptions, packChart } from './chart/pack.ts';
export { lockDigest, oldLockDigest, requireLockInSync } from './dependencies/lock.ts';
export { requireDependencies } from './dependencies/missing.ts';
export { type PreparedChart, type PrepareOptions, prepareChart } from './dependencies/prepare.ts';
export { processDependencies } from './dependencies/process.ts';
export { type LintOptions, lintChart } from './lint/lint-chart.ts';
export type { LintMessage, Severity } from './lint/message.ts';
export { type Arranged, arrangeManifests, type Manifest } from './manifest/arrange.ts';
export { type CustomResourceFile, crdFiles } from './manifest/crd.ts';
export { ManifestError, type ManifestHead } from './manifest/head.ts';
export type { Hook, HookEvent, HookExecution } from './manifest/hook.ts';
export { installOrder, uninstallOrder } from './manifest/kind-order.ts';
export {
  applyPostRender,
  type PostRenderPlan,
  type PostRenderStrategy,
  planPostRender,
} from './manifest/post-render.ts';
export {
  arrangeRelease,
  type ReleaseRenderOptions,
  type RenderedFiles,
  type RenderedRelease,
  renderFiles,
  renderRelease,
} from './manifest/render-release.ts';
export { splitManifests } from './manifest/split.ts';
export {
  type OutputFile,
  type TemplateOptions,
  type TemplateOutput,
  templateChart,
} from './manifest/template-output.ts';
export { type ProvenanceMessage, readProvenanceMessage } from './provenance/message.ts';
export { ProvenanceError } from './provenance/provenance-error.ts';
export { type ProvenanceInput, type Verification, verifyProvenance } from './provenance/verify.ts';
export { ReleaseRecordError } from './release/fields.ts';
export {
  deployedRelease,
  historyOf,
  lastRelease,
  releaseByVersion,
  releasesToPrune,
} from './release/history.ts';
export { releaseDigest } from './release/observe.ts';
export {
  type ConfigMapRecord,
  decodeRelease,
  encodeRelease,
  isReleaseRecord,
  type RecordStamp,
  type ReleaseRecord,
  ReleaseTooLarge,
  recordName,
  type SecretRecord,
} from './release/record.ts';
export {
  isPending,
  type Release,
  type ReleaseInfo,
  type ReleaseStatus,
  withStatus,
} from './release/release.ts';
export { checkReleaseName, ReleaseNameError, releaseNameFrom } from './release/release-name.ts';
export { restoredChart, type StoredChart, type StoredFile, storedChart } from './release/stored-chart.ts';
export { dependencyOf as dependencyValue, releaseValue, struct } from './release/write-release.ts';
export {
  type BuildInfo,
  type Capabilities,
  defaultCapabilities,
  type KubeVersion,
  KubeVersionError,
  parseKubeVersion,
} from './render/capabilities.ts';
export { type ReleaseOptions, type RenderOptions, renderChart } from './render/render.ts';
export { RenderError } from './render/render-error.ts';
export type { Lookup } from './render/session.ts';
export { type Candidate, findChartVersion } from './repository/find-version.ts';
export { type ChartVersion, type IndexFile, indexFileJson, readIndexFile } from './repository/index-file.ts';
export type { ResolveSchema } from './schema/documents.ts';
export { SchemaError } from './schema/schema-error.ts';
export { requireSchemas, type SchemaOptions, schemaProblems } from './schema/validate-values.ts';
export { coalesceTables, coalesceValues } from './values/coalesce.ts';
export { valuesDigest } from './values/digest.ts';
export { readValues } from './values/read.ts';
export { mergeValues, type ValueSources } from './values/sources.ts';
export { ValuesError } from './values/values-error.ts';
export {
  type MergedValues,
  mergeValuesFiles,
  type ValuesRequest,
  valuesIn,
  withDefaults,
} from './values/values-files.ts';
