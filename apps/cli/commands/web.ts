import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { connect, globalsOf } from '../globals.ts';
import { aborted, interruption } from '../up/interrupt.ts';
import { notOfFlux } from './group.ts';

interface WebOptions {
  port: string;
  readOnly?: boolean;
  auditLog?: string;
  clone: string[];
}

export function addWeb(program: Command): void {
  program
    .command('web')
    .helpGroup(notOfFlux)
    .description(
      'Serve a page that shows what the fleet of a cluster is at, live, on this machine; with --namespace, what is in that namespace',
    )
    .option('--port <number>', 'where it listens, on the loopback address alone; 0: any free port', '0')
    .option('--read-only', 'the page changes nothing')
    .option('--audit-log <file>', 'shows what controllers on this machine write to that file by --audit-log')
    .option(
      '--clone <folder>',
      'a clone of a repository of the fleet: it tells who has written which commit, and what revisions differ in; can be given more than once',
      (folder, before: string[]) => [...before, folder],
      [],
    )
    .allowExcessArguments(false)
    .action(async ({ port, readOnly, auditLog, clone }: WebOptions, self: Command) => {
      if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
        throw new CliError(`invalid argument "${port}" for "--port" flag: a port is a number up to 65535`);
      const { startWeb, journalFollowing } = await import('@millrace/web');
      const { previewsFor } = await import('../previews/previews.ts');
      const { heardByAlert } = await import('../previews/sends-on.ts');
      const { openClones } = await import('../previews/clones.ts');
      const { findCommitsIn } = await import('../previews/find-commits.ts');
      const signal = interruption();
      const clones = await openClones(clone, signal);
      const globals = globalsOf(self);
      const client = await connect(globals);
      // The namespace that is there by default is meant for commands about one.
      const namespace = globals.namespaceGiven ? globals.namespace : undefined;
      const audit =
        auditLog === undefined
          ? undefined
          : await journalFollowing(auditLog).catch(cause => {
              throw new CliError(`--audit-log: ${auditLog} cannot be read (${cause.code})`, { cause });
            });
      try {
        const { localGit } = clones;
        const told = {
          previews: previewsFor(localGit),
          findCommits: findCommitsIn(localGit),
          sendsOn: heardByAlert,
        };
        const options = { client, namespace, ...told, port: Number(port), readOnly: readOnly ?? false };
        const web = await startWeb({ ...options, ...(audit && { audit }) }).catch(cause => {
          throw new CliError(`the page cannot be served: ${cause.message}`, { cause });
        });
        console.log(web.url);
        await aborted(signal);
        await web.stop();
      } finally {
        audit?.stop();
        await clones.close();
        await client.close();
      }
    });
}
