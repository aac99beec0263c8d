import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { connect, globalsOf } from '../globals.ts';
import { aborted, interruption } from '../up/interrupt.ts';
import { notOfFlux } from './group.ts';

export function addWeb(program: Command): void {
  program
    .command('web')
    .helpGroup(notOfFlux)
    .description('Serve a page that shows what the fleet of a cluster is at, live, on this machine')
    .option('--port <number>', 'where it listens, on the loopback address alone; 0: any free port', '0')
    .option('--read-only', 'the page changes nothing')
    .allowExcessArguments(false)
    .action(async ({ port, readOnly }: { port: string; readOnly?: boolean }, self: Command) => {
      if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
        throw new CliError(`invalid argument "${port}" for "--port" flag: a port is a number up to 65535`);
      const { startWeb } = await import('@millrace/web');
      const { previewsFor } = await import('../previews/previews.ts');
      const signal = interruption();
      const client = await connect(globalsOf(self));
      try {
        const options = { client, previews: previewsFor(), port: Number(port), readOnly: readOnly ?? false };
        const web = await startWeb(options).catch(cause => {
          throw new CliError(`the page cannot be served: ${cause.message}`, { cause });
        });
        console.log(web.url);
        await aborted(signal);
        await web.stop();
      } finally {
        await client.close();
      }
    });
}
