import type { OwnedYaml } from '../model/owned-yaml.ts';
import { ActionError } from './actions.ts';
import type { Asked } from './asked.ts';
import { readNamed } from './named-object.ts';
import { chartValuesOf } from './releases.ts';
import { valuesYaml } from './value-origins.ts';

/** The merged values of a HelmRelease with where each comes from, and what could not be read of them. */
export async function valuesAnswer(asked: Asked): Promise<OwnedYaml & { unread: string[] }> {
  const { viewer, query, signal, previews } = asked;
  const object = await readNamed(viewer, query, signal);
  if (object.kind !== 'HelmRelease') throw new ActionError(`a ${object.kind} has no values`);
  if (!previews) throw new ActionError('this page cannot tell values: "millrace web" can');
  const [found, chart] = await Promise.all([
    previews.values({ viewer, object, signal }),
    chartValuesOf(asked, object),
  ]);
  const layers = chart.layer ? [chart.layer, ...found.layers] : found.layers;
  const merged = chart.layer ? chart.over(found.merged) : found.merged;
  const unread = chart.problem ? [...found.unread, chart.problem] : found.unread;
  return { ...valuesYaml({ ...found, layers, merged }), unread };
}
