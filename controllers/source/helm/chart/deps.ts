import type { Metrics, Operations, References } from '@millrace/controller';
import type { Tokens, Ways } from '@millrace/oci';
import type { HelmOptions } from '../options.ts';
import type { Built, Wanting } from './built.ts';
import type { Sources } from './sources.ts';

/** What a reconcile of a HelmChart works with. */
export interface Deps extends HelmOptions {
  references: References;
  operations: Operations<Built | Wanting>;
  sources: Sources;
  indexLooked: Metrics['indexLooked'];
  tokens: Tokens;
  ways: Ways;
  /** By chart: the repositories that its dependencies come from, as far as that is known. */
  wanted: Map<string, string[]>;
}
