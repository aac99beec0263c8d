import { readFile } from 'node:fs/promises';
import { delay } from '@millrace/kube';
import { casesWith, forOthers } from './cases/index.ts';
import { startIssuer } from './issuer.ts';
import { startListening } from './listening.ts';
import { play, type Recorded, type Said, saidBy, settled, setUp } from './stage.ts';

export interface Seen {
  answers: Recorded;
  /** With references to other namespaces refused. */
  withoutOthers: Recorded;
  said: Record<string, Said>;
}

/** What notification-controller does with the requests: made by record.ts. */
const golden: Seen & { version: string } = JSON.parse(
  await readFile(new URL('golden/answers.json', import.meta.url), 'utf8'),
);
export const { version } = golden;

/** What was recorded of the Receivers that are wanted. */
export function recorded(wanted: (receiver: string) => boolean): Seen {
  const of = <T>(all: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(all).filter(([receiver]) => wanted(receiver)));
  return { answers: of(golden.answers), withoutOthers: of(golden.withoutOthers), said: of(golden.said) };
}

/** What ours does with the same requests. */
export async function replayed(wanted: (receiver: string) => boolean): Promise<Seen> {
  const issuer = await startIssuer();
  const keys = `${issuer.url}/keys`;
  const { client, port, receivers, serve, stop } = await startListening({
    google: { RS256: keys, ES256: keys },
  });
  try {
    await setUp(client, issuer.url, wanted);
    const found = await settled(client);
    // The server knows what its watch has shown.
    const isShown = (name: string, version?: string) =>
      receivers.get(`hooks/${name}`)?.metadata.resourceVersion === version;
    for (const [name, { metadata }] of found)
      while (!isShown(name, metadata.resourceVersion)) await delay(10);
    const chosen = (cases: ReturnType<typeof casesWith>) =>
      Object.fromEntries(Object.entries(cases).filter(([receiver]) => wanted(receiver)));
    const answers = await play(client, port, found, chosen(casesWith(issuer)));
    const strict = await serve({ crossNamespaceRefs: false });
    const withoutOthers = await play(client, strict.port, found, chosen(forOthers));
    await strict.close();
    return { answers, withoutOthers, said: await saidBy(client, found, issuer.url) };
  } finally {
    await Promise.all([stop(), issuer.close()]);
  }
}
