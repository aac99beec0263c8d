import { EvaluationError } from '../error.ts';
import type { Value } from '../value/value.ts';
import type { Frame, Step } from './frame.ts';

/** An operand of a logical operator: a bool, or the error that it ends in. */
function truth(step: Step, frame: Frame): boolean | EvaluationError {
  try {
    const value = step(frame);
    return typeof value === 'boolean' ? value : noOverload();
  } catch (error) {
    if (error instanceof EvaluationError) return error;
    throw error;
  }
}

function noOverload(): EvaluationError {
  return new EvaluationError('no such overload');
}

/** False where one side is false, even if the other has no value. */
export function and(left: Step, right: Step): Step {
  return logical(left, right, false);
}

export function or(left: Step, right: Step): Step {
  return logical(left, right, true);
}

/** One side may decide alone, on either side. https://github.com/google/cel-spec/blob/master/doc/langdef.md#logical-operators */
function logical(left: Step, right: Step, decisive: boolean): Step {
  return frame => {
    const first = truth(left, frame);
    if (first === decisive) return decisive;
    const second = truth(right, frame);
    if (second === decisive) return decisive;
    if (first instanceof EvaluationError) throw first;
    if (second instanceof EvaluationError) throw second;
    return !decisive;
  };
}

export function ternary(condition: Step, whenTrue: Step, whenFalse: Step): Step {
  return frame => {
    const value = condition(frame);
    if (typeof value !== 'boolean') throw noOverload();
    return value ? whenTrue(frame) : whenFalse(frame);
  };
}

/** Whether a loop goes on: an error so far does not end it. */
export function notStrictlyFalse(step: Step): Step {
  return frame => {
    const value = truth(step, frame);
    frame.charge(1);
    return value !== false;
  };
}

/** The value of a step, or the error that it ends in. */
export function attempt(step: Step, frame: Frame): Value | EvaluationError {
  try {
    return step(frame);
  } catch (error) {
    if (error instanceof EvaluationError) return error;
    throw error;
  }
}
