import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kubeClient, loadConnection } from '@millrace/kube';
import { defineKinds, setScene } from '../apps/cli/beside-flux/scene.ts';
import { type Printed, typed, typedInto } from '../apps/cli/testing/flux-lines.ts';

const folder = new URL('../apps/cli/beside-flux/', import.meta.url);
const typedIn = new URL('files/', folder);

/**
 * Types the command lines of apps/cli/beside-flux into the flux of MILLRACE_FLUX and into ours, each against the same
 * objects in the Kubernetes of MILLRACE_E2E_KUBECONFIG, which no controller may serve and whose objects of Flux are
 * deleted: exit code, standard output and standard error must be the same. Arguments are lines to type instead;
 * `--record` keeps what flux printed as the golden file. True if nothing differs.
 */
export async function run(args: string[]): Promise<boolean> {
  const { MILLRACE_FLUX: flux, MILLRACE_E2E_KUBECONFIG: kubeconfig } = process.env;
  if (!flux || !kubeconfig) {
    console.error('say with MILLRACE_FLUX which flux, and with MILLRACE_E2E_KUBECONFIG on which Kubernetes');
    return false;
  }
  process.env.KUBECONFIG = kubeconfig;
  process.chdir(fileURLToPath(typedIn));
  const given = args.filter(arg => arg !== '--record');
  const lines =
    given.length > 0 ? given : readFileSync(new URL('lines.txt', folder), 'utf8').trimEnd().split('\n');
  const client = kubeClient(loadConnection({ path: kubeconfig }));
  const recorded: Record<string, Printed> = {};
  let same = 0;
  try {
    await defineKinds(client);
    await setScene(client);
    for (const line of lines) {
      const changes = line.startsWith('! ');
      const words = line.replace(/^! /, '');
      const theirs = typedInto(flux, words, typedIn);
      if (changes) await setScene(client);
      const ours = await typed(words);
      if (changes) await setScene(client);
      recorded[line] = theirs;
      if (differences(line, theirs, ours) === 0) same++;
    }
  } finally {
    await client.close();
  }
  console.log(`${same} of ${lines.length} command lines are answered alike`);
  if (args.includes('--record'))
    writeFileSync(new URL('flux-2.9.4.json', folder), `${JSON.stringify(recorded, null, 1)}\n`);
  return same === lines.length;
}

function differences(line: string, theirs: Printed, ours: Printed): number {
  const parts = (['code', 'stdout', 'stderr'] as const).filter(part => theirs[part] !== ours[part]);
  if (parts.length > 0) console.log(`$ ${line}`);
  for (const part of parts) {
    const [flux, own] = [theirs[part], ours[part]].map(text => String(text).split('\n')) as [
      string[],
      string[],
    ];
    for (const text of flux.filter(text => !own.includes(text))) console.log(`  ${part} of flux: ${text}`);
    for (const text of own.filter(text => !flux.includes(text))) console.log(`  ${part} of ours: ${text}`);
  }
  return parts.length;
}
