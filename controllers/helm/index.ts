export { type Charts, openCharts } from './charts.ts';
export { type Preview, type PreviewOptions, previewOf } from './preview.ts';
export { helmController } from './program.ts';
export { chartKeyOf, chartRevisionOf, sourceOf } from './source.ts';
export { releaseNameOf, releaseNamespaceOf, storageNamespaceOf } from './spec.ts';
export { valuesOf } from './values.ts';
