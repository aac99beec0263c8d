import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { findKind } from '../resources/catalog.ts';
import { textAt } from '../resources/resource.ts';
import { create, given, named } from './create.ts';
import type { CreateOptions } from './flags.ts';
import { localReferenceIn, referenceIn } from './references.ts';

export interface AlertOptions extends CreateOptions {
  providerRef?: string;
  eventSeverity?: string;
  eventSource?: string[];
}

export function createAlert(
  name: string | undefined,
  options: AlertOptions,
  globals: Globals,
): Promise<void> {
  return create(name, options, globals, () => {
    if (!options.providerRef) throw new CliError('provider ref is required');
    const eventSources = (options.eventSource ?? []).map(text => {
      const { kind, name: object, namespace } = referenceIn(text);
      if (kind === '') throw new CliError(`invalid event source '${text}', must be in format <kind>/<name>`);
      return given({ kind, name: object, namespace });
    });
    if (eventSources.length === 0) throw new CliError('at least one event source is required');
    return {
      kind: findKind('Alert')!,
      noun: 'Alert',
      generates: 'first',
      spec: given({
        providerRef: { name: options.providerRef },
        eventSeverity: options.eventSeverity,
        eventSources,
      }),
      concluded: resource => [`Alert ${resource.name} is ready`],
    };
  });
}

export interface ProviderOptions extends CreateOptions {
  type?: string;
  channel?: string;
  username?: string;
  address?: string;
  secretRef?: string;
}

export function createProvider(
  name: string | undefined,
  options: ProviderOptions,
  globals: Globals,
): Promise<void> {
  return create(name, options, globals, () => {
    if (!options.type) throw new CliError('Provider type is required');
    const { type, channel, username, address } = options;
    return {
      kind: findKind('Provider')!,
      noun: 'Provider',
      generates: 'first',
      spec: given({ type, channel, username, address, secretRef: named(options.secretRef) }),
      concluded: resource => [`Provider ${resource.name} is ready`],
    };
  });
}

export interface ReceiverOptions extends CreateOptions {
  type?: string;
  event?: string[];
  resource?: string[];
  secretRef?: string;
}

export function createReceiver(
  name: string | undefined,
  options: ReceiverOptions,
  globals: Globals,
): Promise<void> {
  return create(name, options, globals, () => {
    if (!options.type) throw new CliError('Receiver type is required');
    if (!options.secretRef) throw new CliError('secret ref is required');
    const resources = (options.resource ?? []).map(text => {
      const { kind, name: object } = localReferenceIn(text);
      if (kind === '') throw new CliError(`invalid event source '${text}', must be in format <kind>/<name>`);
      return { kind, name: object };
    });
    if (resources.length === 0) throw new CliError('atleast one resource is required');
    return {
      kind: findKind('Receiver')!,
      noun: 'Receiver',
      generates: 'first',
      spec: given({
        type: options.type,
        events: options.event,
        resources,
        secretRef: { name: options.secretRef },
      }),
      concluded: resource => [
        `Receiver ${resource.name} is ready`,
        `generated webhook URL ${textAt(resource.object, 'status', 'webhookPath')}`,
      ],
    };
  });
}
