import type { Condition } from '@millrace/api';

/** A condition as a step states it; time and generation are the toolkit's. */
export interface Statement {
  type: string;
  status: Condition['status'];
  reason: string;
  message: string;
}

/** The longest message that the API accepts. */
const messageLimit = 32_768;

/**
 * The list with one condition set. The time of transition moves only when the status does. An equal condition keeps
 * the list as it is.
 */
export function setCondition(list: Condition[], said: Statement, generation: number, now: Date): Condition[] {
  const before = list.find(condition => condition.type === said.type);
  const message =
    said.message.length > messageLimit ? `${said.message.slice(0, messageLimit - 1)}…` : said.message;
  const moved = before?.status !== said.status;
  const condition: Condition = {
    lastTransitionTime: moved ? timestamp(now) : before.lastTransitionTime,
    message,
    observedGeneration: generation,
    reason: said.reason,
    status: said.status,
    type: said.type,
  };
  if (!before) return [...list, condition];
  return list.map(other => (other.type === said.type ? condition : other));
}

export function removeCondition(list: Condition[], type: string): Condition[] {
  return list.some(condition => condition.type === type)
    ? list.filter(condition => condition.type !== type)
    : list;
}

export function findCondition(list: Condition[] | undefined, type: string): Condition | undefined {
  return list?.find(condition => condition.type === type);
}

/** Kubernetes writes times in whole seconds. */
export function timestamp(now: Date): string {
  return `${now.toISOString().slice(0, 19)}Z`;
}
