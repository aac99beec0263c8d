export { changeRequestTypes, commitStatusTypes, type Destination, type Notifier } from './destination.ts';
export { DeliveryError, InvalidDestination } from './errors.ts';
export * from './event/index.ts';
export { type Identity, identityOf } from './identity.ts';
export type { NatsServer, Publication } from './nats/message.ts';
export { notifierFor, providerTypes } from './notifier.ts';
export { type Caught, rehearsal, rehearsedCredentials, rehearsedIdentity } from './rehearsal.ts';
export { type HttpAnswer, type HttpRequest, network, type Transport } from './transport.ts';
