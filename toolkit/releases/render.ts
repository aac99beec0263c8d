import type { JsonObject } from '@millrace/json';
import { asJson, isNotFound, NoMatchError } from '@millrace/kube';
import { type LookedUp, lookupKey, type ReleaseChart, type Rendered, type RenderRequest } from './chart.ts';
import type { ReleaseContext } from './context.ts';
import { messageOf, ReleaseError } from './release-error.ts';

/** A chart that looks up what it finds by lookups, this often over, is not rendered. */
const rounds = 32;

/** Where a chart is rendered: for a cluster, which is read in the name of the release, or for none. */
export type RenderContext = Pick<ReleaseContext, 'client' | 'as' | 'signal'> | 'no cluster';

/**
 * Render a chart for the cluster. Rendering cannot wait for the cluster, so what `lookup` asks for is read when it is
 * known, in the name of the release, and the chart rendered again; without a cluster it finds nothing. Throws what
 * makes rendering fail.
 */
export async function render(
  chart: ReleaseChart,
  request: Omit<RenderRequest, 'lookups'>,
  on: RenderContext,
): Promise<Rendered> {
  const lookups: Map<string, Found> = new Map();
  for (let round = 0; round < rounds; round++) {
    if (on !== 'no cluster') on.signal.throwIfAborted();
    const { wanted, result } = await chart.render({ ...request, lookups });
    if (wanted.length === 0) {
      if ('problem' in result) throw result.problem;
      return result.rendered;
    }
    await Promise.all(wanted.map(async asked => lookups.set(lookupKey(asked), await lookUp(asked, on))));
  }
  throw new ReleaseError(`the lookups of chart ${chart.metadata.name} depend on each other without end`);
}

type Found = { found: JsonObject } | { problem: string };

/** Rule: lookup in pkg/engine of helm v4.3.1. What is not there is empty; what may not be read is an error. */
async function lookUp(asked: LookedUp, on: RenderContext): Promise<Found> {
  if (on === 'no cluster') return { found: {} };
  const { client, as, signal } = on;
  const { apiVersion, kind, namespace, name } = asked;
  try {
    const { namespaced } = await client.discovery.mapping(apiVersion, kind);
    const place = namespaced && namespace !== '' ? { namespace } : {};
    if (name !== '')
      return { found: asJson(await client.get({ apiVersion, kind, name, ...place }, { as, signal })) };
    const { items, resourceVersion } = await client.listAll(apiVersion, kind, { ...place, as, signal });
    const list = { apiVersion, kind: `${kind}List`, items: items.map(asJson), metadata: { resourceVersion } };
    return { found: list };
  } catch (error) {
    signal.throwIfAborted();
    if (isNotFound(error)) return { found: {} };
    if (error instanceof NoMatchError)
      return {
        problem: `unable to get apiresource from unstructured: ${apiVersion}, Kind=${kind}: ${error.message}`,
      };
    return { problem: messageOf(error) };
  }
}
