import { createHash } from 'node:crypto';
import { isObject, type Json } from '@millrace/json';
import { InvalidDestination } from '../errors.ts';
import { goJson } from '../event/go-json.ts';
import type { ProviderType } from '../provider-type.ts';
import { taken } from '../refusal.ts';
import { basic, type Message } from '../sender.ts';
import { requireUrl } from '../url.ts';
import { partsOf, path, repositoryAt } from './address.ts';
import { commitStatusNotifier, type SetStatus } from './commit-status.ts';
import { jsonIn } from './exchange.ts';

/** A status is kept under a key of at most forty characters. */
const keyOf = (context: string) => createHash('sha1').update(context).digest('hex');

const stateOf = (state: string) => (state === 'failed' ? 'FAILED' : 'SUCCESSFUL');

/** https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commit-statuses */
export const bitbucket: ProviderType = {
  reach: ['tls'],
  notifier(destination, by) {
    const { token, address } = destination;
    if (token === '') throw new InvalidDestination('bitbucket token cannot be empty: the Secret needs one');
    const [owner, repository] = partsOf(repositoryAt(address), 'owner', 'repository');
    if (token.split(':').length !== 2)
      throw new InvalidDestination('invalid token format, expected to be <user>:<password>');
    const at = `https://api.bitbucket.org/2.0/repositories${path(owner!, repository!)}/commit`;
    const headers = { 'content-type': 'application/json', authorization: basic(token) };
    const set: SetStatus = async ({ commit, state, context, description, object }, signal) => {
      const statuses = `${at}/${commit}/statuses/build`;
      const said = {
        key: keyOf(context),
        url: 'https://bitbucket.org',
        state: stateOf(state),
        name: object,
        description,
      };
      const url = new URL(`${statuses}/${said.key}`);
      const known = await by.send({ method: 'GET', url, headers, answered: true }, signal);
      const before = known.status === 404 ? {} : jsonIn(taken(destination, url, known), url);
      if (isObject(before) && before.state === said.state && before.description === description) return;
      const message = { url: new URL(statuses), headers, body: goJson(said) };
      taken(destination, message.url, await by.send(message, signal));
    };
    return commitStatusNotifier(destination, set);
  },
};

/** https://developer.atlassian.com/server/bitbucket/rest: build statuses, for Data Center. */
export const bitbucketServer: ProviderType = {
  reach: ['tls'],
  notifier(destination, by) {
    const { address, token, username, password } = destination;
    const repository = serverRepositoryAt(address);
    if (token === '' && (username === '' || password === ''))
      throw new InvalidDestination(
        'invalid credentials, expected to be one of username/password or API Token',
      );
    const own = {
      authorization: token ? `Bearer ${token}` : basic(`${username}:${password}`),
      'x-atlassian-token': 'no-check',
      'x-requested-with': 'XMLHttpRequest',
    };
    const set: SetStatus = async ({ commit, state, context, description, object }, signal) => {
      const said = {
        description,
        key: keyOf(context),
        name: `${object} [${description}]`,
        state: stateOf(state),
        url: withoutLogin(address),
      };
      const builds = `${repository}/commits/${commit}/builds`;
      const url = new URL(`${builds}?key=${said.key}`);
      const known = await by.send({ method: 'GET', url, headers: own, answered: true }, signal);
      if (known.status !== 404 && isSame(jsonIn(taken(destination, url, known), url), said)) return;
      const headers = { ...own, 'content-type': 'application/json' };
      const message: Message = { url: new URL(builds), headers, body: `${goJson(said)}\n` };
      taken(destination, message.url, await by.send(message, signal));
    };
    return commitStatusNotifier(destination, set);
  },
};

/** What is linked in a page that many read. */
function withoutLogin(address: string): string {
  const url = new URL(address);
  if (url.username === '' && url.password === '') return address;
  url.username = url.password = '';
  return url.href;
}

function isSame(
  before: Json,
  said: { key: string; state: string; description: string; name: string },
): boolean {
  const fields = ['key', 'state', 'description', 'name'] as const;
  return isObject(before) && fields.every(field => before[field] === said[field]);
}

/**
 * `https://host/context/scm/project/repository.git`, as it is cloned by HTTP: what stands before the last `scm` is the
 * path at which the server has its API too. Throws InvalidDestination.
 */
function serverRepositoryAt(address: string): string {
  const url = requireUrl(address);
  const cloned = url.pathname.replace(/\.git$/, '');
  const scm = cloned.lastIndexOf('/scm/');
  const [project, repository, ...more] = cloned.slice(scm + '/scm/'.length).split('/');
  if (scm < 0 || !project || !repository || more.length > 0)
    throw new InvalidDestination(
      'address has to be an http(s) git clone url: https://<host>/scm/<project>/<repository>.git',
    );
  return `${url.origin}${cloned.slice(0, scm)}/rest/api/latest/projects/${project}/repos/${repository}`;
}
