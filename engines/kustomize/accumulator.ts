import { BuildError } from './build-error.ts';
import { printId, type ResourceId } from './resource.ts';
import { ResourceList } from './resource-list.ts';
import { emptyConfig, mergeConfig, type TransformerConfig } from './transformer-config.ts';
import type { Var } from './var-args.ts';

/** What a kustomization has gathered: its resources, the fields that transformers go by, and vars. */
export class Accumulator {
  readonly list = new ResourceList();
  config: TransformerConfig = emptyConfig;
  readonly vars = new Map<string, Var>();

  /** Takes over what a base has gathered. */
  merge(base: Accumulator): void {
    for (const resource of base.list.resources) this.list.append(resource);
    this.config = mergeConfig(this.config, base.config);
    for (const item of base.vars.values()) this.#define(item);
  }

  /** Defines vars, and marks the object that each reads. */
  addVars(vars: readonly Var[]): void {
    for (const item of vars) {
      const target: ResourceId = item.object;
      const found =
        target.namespace === ''
          ? this.list
              .candidates(target)
              .filter(resource =>
                resource.allIds.some(
                  id =>
                    id.name === target.name &&
                    id.kind === target.kind &&
                    id.group === target.group &&
                    id.version === target.version,
                ),
              )
          : this.list.withAnyId(target);
      if (found.length > 1) {
        throw new BuildError(
          `the var ${item.name} could read any of ${found.map(one => printId(one.id)).join(', ')}`,
        );
      }
      found[0]?.vars.push(item.name);
    }
    for (const item of vars) this.#define(item);
  }

  #define(item: Var): void {
    if (this.vars.has(item.name)) throw new BuildError(`the var ${item.name} is defined twice`);
    this.vars.set(item.name, item);
  }
}
