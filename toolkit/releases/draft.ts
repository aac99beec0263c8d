import { type Hook, type HookExecution, type Release, type ReleaseStatus, withStatus } from '@millrace/helm';
import type { ReleaseContext } from './context.ts';
import { messageOf } from './release-error.ts';

/** A release while an action works on it: what becomes of it is recorded on the way. */
export class Draft {
  #release: Release;
  readonly #on: ReleaseContext;

  constructor(release: Release, on: ReleaseContext) {
    this.#release = release;
    this.#on = on;
  }

  get release(): Release {
    return this.#release;
  }

  become(status: ReleaseStatus, description: string): void {
    this.#release = withStatus(this.#release, status, description);
  }

  /** Hooks that the action has left out come first. */
  prepend(hooks: Hook[]): void {
    this.#release = { ...this.#release, hooks: [...hooks, ...this.#release.hooks] };
  }

  /** @returns the hook with the policy that one has which names none: Helm records it so when it runs the hook */
  withPolicies(hook: Hook): Hook {
    if (hook.deletePolicies.length > 0) return hook;
    return this.#replace(hook, { ...hook, deletePolicies: ['before-hook-creation'] });
  }

  /** @returns the hook as it is now */
  ran(hook: Hook, lastRun: HookExecution): Hook {
    return this.#replace(hook, { ...hook, lastRun });
  }

  #replace(hook: Hook, now: Hook): Hook {
    const hooks = this.#release.hooks.map(other => (other === hook ? now : other));
    this.#release = { ...this.#release, hooks };
    return now;
  }

  /** What cannot be recorded on the way is told, and the action goes on, as in Helm. */
  async record(): Promise<void> {
    const { name, version } = this.#release;
    await this.#on.records.update(this.#release).catch(error => {
      this.#on.signal.throwIfAborted();
      this.#on.warn(`failed to update release ${name}, revision ${version}: ${messageOf(error)}`);
    });
  }
}
