import { join } from 'node:path';
import {
  apiVersionOfKind,
  type GitRepository,
  gitRepository,
  InvalidResourceError,
  imagePolicy,
  imageUpdateAutomation,
  parseResource,
} from '@millrace/api';
import {
  type Controller,
  type Environment,
  Operations,
  type Reconciler,
  referencesOf,
  type Shared,
  type View,
  waitFor,
} from '@millrace/controller';
import { localRepository } from '@millrace/git';
import type { AccessRules } from '@millrace/git-access';
import { keyOf } from '@millrace/kube';
import type { Deps } from './deps.ts';
import { component } from './names.ts';
import { type PolicyView, policyView } from './policies.ts';
import { reconcile } from './reconcile.ts';
import { startUpdates } from './updates.ts';

export interface AutomationOptions extends Pick<Deps, 'crossNamespaceRefs' | 'forcePush' | 'allBranches'> {
  /** Where local copies of repositories are kept; they can be deleted at any time. */
  folder: string;
  namespace: string | undefined;
  access: Omit<AccessRules, 'references'>;
}

/** Repositories, or why one is none. */
const repositoryView: View<GitRepository | string> = {
  name: 'git-repository',
  project(object) {
    try {
      return parseResource(gitRepository, object);
    } catch (error) {
      if (error instanceof InvalidResourceError) return error.message;
      throw error;
    }
  },
};

/** The image-automation controller: what wakes an ImageUpdateAutomation, and what is done with it then. */
export function imageUpdateAutomationReconciler(
  environment: Environment,
  options: AutomationOptions,
): Reconciler<typeof imageUpdateAutomation> {
  let controller: Controller<typeof imageUpdateAutomation> | undefined;
  let policies: Shared<PolicyView> | undefined;
  let repositories: Shared<GitRepository | string> | undefined;
  const wake = (owner: string) => controller?.wake(owner, 'high');
  const wakeIndexed = (index: string, value: string) => {
    for (const { metadata } of controller?.objects.indexed(index, value) ?? []) wake(keyOf(metadata));
  };
  const awaiting = waitFor(wake, 'SourceManagerFailed');
  const on: Deps = {
    ...options,
    access: { ...options.access, references: referencesOf(environment, awaiting, wake) },
    waitFor: awaiting,
    operations: new Operations(wake),
    updates: startUpdates(),
    policies() {
      if (policies) return policies.cache;
      const selection = { apiVersion: apiVersionOfKind(imagePolicy), kind: imagePolicy.kind };
      policies = environment.watches.use({ ...selection, namespace: options.namespace }, policyView);
      policies.cache.subscribe(({ before, after }) => {
        if (JSON.stringify(before) !== JSON.stringify(after))
          wakeIndexed('namespace', (after ?? before)?.namespace ?? '');
      });
      return policies.cache;
    },
    repositories() {
      if (repositories) return repositories.cache;
      const selection = { apiVersion: apiVersionOfKind(gitRepository), kind: gitRepository.kind };
      repositories = environment.watches.use(selection, repositoryView);
      repositories.cache.subscribe(({ key, before, after }) => {
        if (stateOf(before) !== stateOf(after)) wakeIndexed('repository', key);
      });
      return repositories.cache;
    },
    copy: key => localRepository(join(options.folder, key)),
  };
  return {
    name: 'imageupdateautomation',
    component,
    kind: imageUpdateAutomation,
    defaultReason: 'UpdateFailed',
    indexes: {
      namespace: ({ metadata }) => [metadata.namespace ?? ''],
      repository: ({ metadata, spec: { sourceRef } }) => [
        `${sourceRef.namespace || metadata.namespace}/${sourceRef.name}`,
      ],
    },
    start(started) {
      controller = started;
    },
    reconcile: (automation, visit) => reconcile(automation, visit, on),
    async finalize({ metadata }) {
      const key = keyOf(metadata);
      await on.operations.cancel(key);
      await on.copy(key).remove();
      return { kind: 'finalized' };
    },
    forget(key) {
      on.access.references.release(key);
      void on.operations.cancel(key);
    },
    async stop() {
      policies?.release();
      repositories?.release();
      await on.operations.stop();
      await on.updates.stop();
    },
  };
}

/** What of a repository asks for another look: its spec, or a new revision. */
function stateOf(repository: GitRepository | string | undefined): string {
  if (typeof repository !== 'object') return repository ?? '';
  return `${repository.metadata.generation} ${repository.status?.artifact?.revision}`;
}
