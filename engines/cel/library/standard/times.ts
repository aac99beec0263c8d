import { type CelFunction, celFunction, member } from '../../check/function.ts';
import { duration, int, string, timestamp } from '../../check/type.ts';
import { EvaluationError } from '../../error.ts';
import { type WallClock, wallClock } from '../../value/time.ts';
import type { Duration, Timestamp } from '../../value/value.ts';

const dayMillis = 86_400_000;

/** The part of the time of day, and how many nanoseconds of a duration make one. */
function part(
  name: string,
  of: (clock: WallClock) => number,
  nanosEach?: bigint,
  modulus?: bigint,
): CelFunction {
  const read = (instant: Timestamp, zone: string) => {
    const clock = wallClock(instant, zone);
    if (!clock) throw new EvaluationError(`unknown time zone ${zone}`);
    return BigInt(of(clock));
  };
  return celFunction(name, [
    member([timestamp], int, (instant: Timestamp) => read(instant, '')),
    member([timestamp, string], int, read),
    ...(nanosEach
      ? [
          member([duration], int, ({ nanos }: Duration) => {
            const whole = nanos / nanosEach;
            return modulus ? whole % modulus : whole;
          }),
        ]
      : []),
  ]);
}

function dayOfYear({ date }: WallClock): number {
  const first = new Date(date);
  first.setUTCMonth(0, 1);
  return Math.round((date.getTime() - first.getTime()) / dayMillis);
}

/** https://github.com/google/cel-spec/blob/master/doc/langdef.md#timestamps-and-durations */
export const times: readonly CelFunction[] = [
  part('getFullYear', ({ date }) => date.getUTCFullYear()),
  part('getMonth', ({ date }) => date.getUTCMonth()),
  part('getDate', ({ date }) => date.getUTCDate()),
  part('getDayOfMonth', ({ date }) => date.getUTCDate() - 1),
  part('getDayOfWeek', ({ date }) => date.getUTCDay()),
  part('getDayOfYear', dayOfYear),
  part('getHours', ({ date }) => date.getUTCHours(), 3_600_000_000_000n),
  part('getMinutes', ({ date }) => date.getUTCMinutes(), 60_000_000_000n),
  part('getSeconds', ({ date }) => date.getUTCSeconds(), 1_000_000_000n),
  part('getMilliseconds', ({ nanos }) => Math.floor(nanos / 1e6), 1_000_000n, 1000n),
];
