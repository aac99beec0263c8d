import { isObject } from '@millrace/json';
import { DeliveryError } from '../errors.ts';
import { goJson } from '../event/go-json.ts';
import type { ProviderType } from '../provider-type.ts';
import { basic } from '../sender.ts';
import { partsOf, path, repositoryAt } from './address.ts';
import { commitStatusNotifier, isSaid, type SetStatus } from './commit-status.ts';
import { asking, objectsIn, textAt } from './exchange.ts';

/** The application that Azure DevOps is to Entra. */
const scope = '499b84ac-1321-427f-aa17-267ca6975798/.default';

/** Who is not let in is told so, and not led to a page where people log in. */
const asked = { accept: 'application/json;api-version=6.0', 'x-tfs-fedauthredirect': 'Suppress' };

/** https://learn.microsoft.com/en-us/rest/api/azure/devops/git/statuses/create */
export const azureDevOps: ProviderType = {
  reach: ['tls'],
  notifier(destination, by) {
    const { token, identity } = destination;
    const repository = repositoryAt(destination.address);
    const [organization, project, , name] = partsOf(
      repository,
      'organization',
      'project',
      '_git',
      'repository',
    );
    const base = `${repository.origin}${path(organization!, project!)}/_apis/git/repositories${path(name!)}`;
    const ask = asking(destination, by);
    const authorization = async (signal: AbortSignal) => {
      if (token === '' && !identity) throw new DeliveryError('nobody asks Azure for a token here');
      return basic(`:${token || (await identity!.azureToken(scope, signal))}`);
    };
    const set: SetStatus = async ({ commit, state, context, description }, signal, { metadata = {} }) => {
      const genre = metadata.summary === undefined ? 'fluxcd' : `fluxcd:${metadata.summary}`;
      const said = {
        context: { genre, name: context },
        description,
        state: state === 'failed' ? 'error' : 'succeeded',
      };
      const url = new URL(`${base}/commits/${commit}/statuses`);
      const headers = {
        ...asked,
        authorization: await authorization(signal),
      };
      const answer = await ask({ method: 'GET', url, headers }, signal);
      const statuses = objectsIn(isObject(answer) ? answer.value : undefined);
      const same = isSaid(
        statuses.filter(
          status => textAt(status, 'state') !== undefined && textAt(status, 'description') !== undefined,
        ),
        status =>
          textAt(status, 'context', 'name') === context && textAt(status, 'context', 'genre') === genre,
        status => status.state === said.state && status.description === description,
      );
      if (same) return;
      const written = { ...headers, 'content-type': 'application/json;charset=utf-8' };
      await ask({ url, headers: written, body: goJson(said) }, signal);
    };
    return commitStatusNotifier(destination, set);
  },
};
