const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** From this long on, up to the next step, a duration is told in these units; the smaller one is left out when 0. */
const steps: [from: number, unit: number, letter: string, smaller?: [unit: number, letter: string]][] = [
  [8 * year, year, 'y'],
  [2 * year, year, 'y', [day, 'd']],
  [8 * day, day, 'd'],
  [2 * day, day, 'd', [hour, 'h']],
  [8 * hour, hour, 'h'],
  [3 * hour, hour, 'h', [minute, 'm']],
  [10 * minute, minute, 'm'],
  [2 * minute, minute, 'm', [second, 's']],
  [0, second, 's'],
];

/**
 * A duration in milliseconds as kubectl and flux tell it: `45s`, `3m20s`, `17h`, `4d3h`. The steps are those of
 * k8s.io/apimachinery/pkg/util/duration. A clock that is a little behind shows as `0s`, one far behind as `<invalid>`.
 */
export function humanDuration(milliseconds: number): string {
  if (milliseconds <= -2 * second) return '<invalid>';
  const length = Math.max(0, milliseconds);
  const [, unit, letter, smaller] = steps.find(([from]) => length >= from)!;
  const whole = Math.floor(length / unit);
  const rest = smaller ? Math.floor((length % unit) / smaller[0]) : 0;
  return `${whole}${letter}${rest > 0 ? `${rest}${smaller![1]}` : ''}`;
}
