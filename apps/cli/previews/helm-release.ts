import type { Choices, Found, PreviewOf } from '@millrace/web';
import { compareRelease } from '../helmrelease/diff.ts';
import { previewed } from '../helmrelease/inputs.ts';

/** What a HelmRelease can be compared in: releases that there were are compared where they are listed. */
export const releaseChoices: Choices = {
  before: [{ name: 'live', label: 'what is live' }],
  after: [{ name: 'next', label: 'the next release' }],
};

/** What the next release would change in the cluster, as `diff helmrelease` has it. Throws CliError. */
export async function compareHelmRelease({ viewer, object, signal }: PreviewOf): Promise<Found> {
  const notes: string[] = [];
  const place = { ...viewer, signal, warn: (note: string) => notes.push(note) };
  const { name, namespace = '' } = object.metadata;
  const found = await previewed(name, { namespace, artifactsOnly: true }, place);
  return { ...(await compareRelease(found, place)), notes };
}
