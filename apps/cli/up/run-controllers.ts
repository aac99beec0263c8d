import { FlagError, runPrograms } from '@millrace/process';
import { webProgram } from '@millrace/web';
import { CliError } from '../cli-error.ts';
import { connect, type Globals } from '../globals.ts';
import { allControllers, installKinds } from './controllers.ts';
import { interruption } from './interrupt.ts';
import { keepPrivate } from './private.ts';

/** What the command has beside the flags of the controllers. */
export interface RunOptions {
  controllers?: string;
  install?: boolean;
}

/** `millrace controllers run`. @param given what stands on the command line for a flag of the controllers */
export async function runControllers(
  options: RunOptions,
  given: (name: string) => string | string[] | undefined,
  globals: Globals,
): Promise<void> {
  keepPrivate();
  try {
    await runPrograms({
      programs: chosen(options.controllers),
      given,
      namespace: process.env.RUNTIME_NAMESPACE || (globals.namespaceGiven ? globals.namespace : undefined),
      inCluster: process.env.RUNTIME_NAMESPACE !== undefined,
      connect: transport => connect(globals, transport),
      ...(options.install ? { prepare: installKinds } : {}),
      signal: interruption(),
    });
  } catch (error) {
    if (error instanceof FlagError) throw new CliError(error.message, { cause: error });
    throw error;
  }
}

const knowledge = async () => ({
  previews: (await import('../previews/previews.ts')).previewsFor(),
  sendsOn: (await import('../previews/sends-on.ts')).heardByAlert,
});

/** `source,kustomize-controller`: some of them; all where nobody is named. */
function chosen(names: string | undefined) {
  const all = [...allControllers(), webProgram(knowledge)];
  if (names === undefined) return all;
  const wanted = names.split(',').map(name => name.trim().replace(/-controller$/, ''));
  const found = wanted.map(name => {
    const program = all.find(one => one.name === name || one.name === `${name}-controller`);
    if (program) return program;
    const there = all.map(one => one.name.replace(/-controller$/, '')).join(', ');
    throw new CliError(`--controllers: there is no controller "${name}", only ${there}`);
  });
  return all.filter(program => found.includes(program));
}
