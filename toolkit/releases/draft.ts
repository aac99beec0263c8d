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

  /** @returns the hook as it is now */
  ran(hook: Hook, lastRun: HookExecution): Hook {
    const now = { ...hook, lastRun };
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
