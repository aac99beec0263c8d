import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { foreignRequest } from '@millrace/loopback';
import { type Access, type Doorkeeper, otherDoor, tokenDoor } from './access.ts';
import { type Exchange, isHead, json, refuse } from './answer.ts';
import { deleteBlob, sendBlob } from './blob-requests.ts';
import { type Blobs, openBlobs } from './blobs.ts';
import { privateFolder, pushToken } from './disk.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { sendCatalog, sendTags } from './listings.ts';
import { deleteManifest, putManifest, sendManifest, sendReferrers } from './manifest-requests.ts';
import { Problem } from './problem.ts';
import { type Route, routeOf } from './route.ts';
import { appendUpload, beginUpload, cancelUpload, finishUpload, tellUpload } from './upload-requests.ts';
import { openUploads, type Uploads } from './uploads.ts';

export interface ServiceOptions {
  /** The folder of all that is kept; nobody but its owner can enter it. */
  readonly root: string;
  /** Told of every manifest that was pushed, once it is kept. */
  readonly onPush?: (push: Push) => void;
  /**
   * Decides who may pull and who may push. Without it, every program on this machine may pull, and push who has the
   * token.
   */
  readonly authenticate?: (access: Access) => boolean | Promise<boolean>;
  /** The digest of what a tag means that nobody has pushed. */
  readonly resolve?: (repository: string, tag: string) => string | undefined;
  /** Names beside those of loopback by which it answers, without a port. */
  readonly names?: readonly string[];
  /** Told of what was damaged and made anew, and of errors that no client caused. */
  readonly log?: (text: string) => void;
}

/** A manifest has come. */
export interface Push {
  readonly repository: string;
  readonly digest: string;
  /** Those that point at it from now on. */
  readonly tags: readonly string[];
}

/** A registry without a server: it answers the requests that a server of node:http or node:https has. */
export interface Service {
  /** The password that lets push, for any user. */
  readonly token: string;
  answer(request: IncomingMessage, response: ServerResponse): void;
  /** Forget the repositories whose names begin with a path and a slash. */
  forget(path: string): void;
  /** Uploads that are under way end. */
  stop(): Promise<void>;
}

interface House {
  readonly options: ServiceOptions;
  readonly ledger: Ledger;
  readonly blobs: Blobs;
  readonly uploads: Uploads;
  readonly door: Doorkeeper;
}

/** Open what a folder holds, or begin there. Throws when another process has it. */
export async function openService(options: ServiceOptions): Promise<Service> {
  const { root, authenticate, log = () => {} } = options;
  await privateFolder(root);
  const token = pushToken(root);
  const ledger = openLedger(join(root, 'ledger.db'), log);
  const blobs = await openBlobs(join(root, 'blobs'), ledger);
  const uploads = await openUploads(join(root, 'uploads'));
  const door = authenticate ? otherDoor(authenticate) : tokenDoor(token);
  const house: House = { options, ledger, blobs, uploads, door };
  return {
    token,
    answer(request, response) {
      serve(house, request, response).catch(error => fail(house, request, response, error));
    },
    forget: path => ledger.forget(path),
    async stop() {
      await uploads.stop();
      ledger.close();
    },
  };
}

async function serve(house: House, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('docker-distribution-api-version', 'registry/2.0');
  const foreign = foreignRequest(request.headers, house.options.names);
  if (foreign) throw new Problem(403, 'DENIED', foreign);
  const url = URL.parse(request.url ?? '/', 'http://localhost');
  const route = url && routeOf(decoded(url.pathname));
  if (!url || !route)
    throw new Problem(404, 'UNSUPPORTED', 'there is nothing here: the API begins with /v2/');
  const exchange: Exchange = { request, response, query: url.searchParams };
  const { method = '' } = request;
  if (route.kind === 'token' && method === 'GET') return house.door.giveToken(request, response);
  if (route.kind === 'base' && (method === 'GET' || isHead(exchange))) {
    await house.door.greet(request);
    return json(response, {});
  }
  const action = method === 'GET' || method === 'HEAD' ? 'pull' : 'push';
  await house.door.admit(request, 'repository' in route ? route.repository : undefined, action);
  await perform(house, exchange, route, isHead(exchange) ? 'GET' : method);
}

async function perform(house: House, exchange: Exchange, route: Route, method: string): Promise<void> {
  const { ledger, blobs, uploads, options } = house;
  const { repository = '', reference = '' } = 'repository' in route ? route : {};
  switch (`${method} ${route.kind}`) {
    case 'GET blob':
      return sendBlob(exchange, blobs, repository, reference);
    case 'DELETE blob':
      return deleteBlob(exchange, blobs, repository, reference);
    case 'POST uploads':
      return beginUpload(exchange, blobs, uploads, repository);
    case 'GET upload':
      return tellUpload(exchange, uploads.require(repository, reference));
    case 'PATCH upload':
      return appendUpload(exchange, uploads.require(repository, reference));
    case 'PUT upload':
      return finishUpload(exchange, blobs, uploads.require(repository, reference));
    case 'DELETE upload':
      return cancelUpload(exchange, uploads.require(repository, reference));
    case 'GET manifest':
      return sendManifest(exchange, ledger, repository, reference, options.resolve);
    case 'PUT manifest':
      return takeManifest(house, exchange, repository, reference);
    case 'DELETE manifest':
      return deleteManifest(exchange, ledger, repository, reference);
    case 'GET tags':
      return sendTags(exchange, ledger, repository);
    case 'GET catalog':
      return sendCatalog(exchange, ledger);
    case 'GET referrers':
      return sendReferrers(exchange, ledger, repository, reference);
    default:
      throw new Problem(405, 'UNSUPPORTED', `${method} is not possible here`);
  }
}

async function takeManifest(
  { ledger, options }: House,
  exchange: Exchange,
  repository: string,
  reference: string,
): Promise<void> {
  const { digest, tags } = await putManifest(exchange, ledger, repository, reference);
  options.onPush?.({ repository, digest, tags });
}

function fail({ options }: House, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) response.destroy();
  else if (error instanceof Problem) refuse({ request, response }, error);
  else {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ECONNRESET') options.log?.(`the registry cannot answer ${request.method}: ${message}`);
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    const what = isFull ? 'the disk is full' : 'the registry cannot do that now';
    refuse({ request, response }, new Problem(isFull ? 507 : 500, 'UNSUPPORTED', what));
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}
