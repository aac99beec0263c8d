import { HostError } from '@millrace/git-hosts';
import { CliError } from '../cli-error.ts';
import { tell } from '../output/print.ts';
import type { AtHost } from './plan.ts';

/** Let the host have the repository, and teams their access. Throws CliError. */
export async function ensureRepository(at: AtHost): Promise<void> {
  const { repository, visibility, reconcile } = at;
  const { url } = repository;
  tell.action(`connecting to ${repository.host}`);
  const shown = await repository.visibility().catch(error => {
    throw failed(`failed to get Git repository "${url}": provider error`, error);
  });
  if (shown === undefined) {
    await repository.create(visibility).catch(error => {
      const isMissing = error instanceof HostError && error.status === 404;
      throw failed(`failed to create new Git repository "${url}"`, error, isMissing ? noOwner : '');
    });
    tell.success(`repository "${url}" created`);
  } else if (reconcile && shown !== visibility) {
    await repository.show(visibility).catch(error => {
      throw failed(`failed to reconcile Git repository "${url}"`, error);
    });
    tell.success(`repository "${url}" reconciled`);
  }
  await grantAccess(at);
}

/** A team that cannot be let in does not keep the others out. */
async function grantAccess({ repository, teams, reconcile }: AtHost): Promise<void> {
  if (teams.length === 0) return;
  tell.action('reconciling repository permissions');
  for (const { name, permission } of teams) {
    try {
      const there = await repository.permissionOf(name);
      if (there === permission || (there !== undefined && !reconcile)) continue;
      await repository.grant(name, permission);
      tell.success(`granted "${permission}" permissions to "${name}"`);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      tell.failure(`failed to grant "${permission}" permissions to "${name}": ${error.message}`);
    }
  }
  tell.success('reconciled repository permissions');
}

const noOwner =
  ': the owner is not there, or the token does not reach it; --personal tells a user from an organization';

function failed(what: string, error: unknown, advice = ''): unknown {
  if (!(error instanceof HostError)) return error;
  return new CliError(`${what}: ${error.message}${advice}`, { cause: error });
}
