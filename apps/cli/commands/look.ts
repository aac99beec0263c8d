import type { Command } from 'commander';
import { completeNames } from '../completion/completers.ts';
import { globalsOf } from '../globals.ts';
import { findKind } from '../resources/catalog.ts';
import type { DebugOptions } from '../verbs/debug.ts';
import type { TraceOptions } from '../verbs/trace.ts';
import type { TriggerOptions } from '../verbs/trigger.ts';
import { group } from './group.ts';

/** Commands that look at what there is, and one that wakes it from outside. */
export function addLook(program: Command): void {
  addStats(program);
  addTrace(program);
  addDebug(program);
  addTrigger(program);
  addEnvsubst(program);
}

function addStats(program: Command): void {
  program
    .command('stats')
    .description('Count objects and how they are, and what their artifacts take')
    .option('-A, --all-namespaces', 'in all namespaces')
    .action(async (options: { allNamespaces?: boolean }, self: Command) => {
      const { stats } = await import('../verbs/stats.ts');
      await stats(options, globalsOf(self));
    });
}

function addTrace(program: Command): void {
  program
    .command('trace')
    .description('Show who applies an object, and where that comes from')
    .argument('[object...]', 'RESOURCE/NAME, or RESOURCE NAME')
    .option('--kind <kind>', 'of the object, in place of the resource')
    .option('--api-version <version>', 'of the object: apps/v1')
    .action(async (objects: string[], options: TraceOptions, self: Command) => {
      const { trace } = await import('../verbs/trace.ts');
      await trace(objects, options, globalsOf(self));
    });
}

function addDebug(program: Command): void {
  const parent = group(program, 'debug', 'Show what an object works with, Secrets included');
  const kustomization = parent
    .command('kustomization')
    .alias('ks')
    .description('Show the status, the history or the variables of a Kustomization')
    .argument('<name>', 'which object')
    .allowExcessArguments(false)
    .option('--show-status', 'its status')
    .option('--show-vars', 'what it substitutes')
    .option('--show-history', 'what it has applied')
    .action(async (name: string, options: DebugOptions, self: Command) => {
      const { debugKustomization } = await import('../verbs/debug.ts');
      await debugKustomization(name, options, globalsOf(self));
    });
  completeNames(kustomization, findKind('Kustomization')!);
  const release = parent
    .command('helmrelease')
    .alias('hr')
    .description('Show the status, the history or the values of a HelmRelease')
    .argument('<name>', 'which object')
    .allowExcessArguments(false)
    .option('--show-status', 'its status')
    .option('--show-values', 'what it is released with')
    .option('--show-history', 'its releases')
    .action(async (name: string, options: DebugOptions, self: Command) => {
      const { debugHelmRelease } = await import('../verbs/debug.ts');
      await debugHelmRelease(name, options, globalsOf(self));
    });
  completeNames(release, findKind('HelmRelease')!);
}

function addTrigger(program: Command): void {
  group(program, 'trigger', 'Wake objects from outside')
    .command('receiver')
    .description('Send what a webhook sends to a Receiver')
    .argument('<name>', 'which Receiver')
    .allowExcessArguments(false)
    .option('--url <url>', 'where webhooks are received')
    .option('--type <name>', 'generic, generic-hmac or generic-oidc', 'generic')
    .option('--token <text>', 'what the Secret of the Receiver holds')
    .option('--payload <text>', 'what is sent', '{}')
    .option('--oidc-provider <name>', 'who says who we are: github or forgejo, in their actions')
    .option('--oidc-token <token>', 'who we are, in place of a provider')
    .option('--oidc-audience <text>', 'for whom the token is')
    .option('--retries <number>', 'how often it is sent again', '10')
    .option('--retry-delay <duration>', 'the wait before', '10s')
    .action(async (name: string, options: TriggerOptions, self: Command) => {
      const { triggerReceiver } = await import('../verbs/trigger.ts');
      await triggerReceiver(name, options, globalsOf(self));
    });
}

function addEnvsubst(program: Command): void {
  program
    .command('envsubst')
    .description('Substitute variables of the environment in standard input, as postBuild does')
    .option('--strict', 'a variable without a value is an error')
    .action(async (options: { strict?: boolean }) => {
      const { envsubst } = await import('../verbs/envsubst.ts');
      await envsubst(options);
    });
}
