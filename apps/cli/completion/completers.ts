import type { Command, Option } from 'commander';
import type { ResourceKind } from '../resources/resource-kind.ts';

const named = new WeakMap<Command, ResourceKind>();

/** The arguments of this command are names of objects of the kind. */
export function completeNames(command: Command, kind: ResourceKind): void {
  named.set(command, kind);
}

export function completerOf(command: Command): ResourceKind | undefined {
  return named.get(command);
}

/** Words that the value of an option can be, where it says so itself. */
export function choicesOf(option: Option): readonly string[] {
  return option.argChoices ?? [];
}
