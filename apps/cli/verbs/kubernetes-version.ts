/** The oldest Kubernetes that Flux 2.9 supports. */
export const oldestKubernetes = '1.33.0';

/** Whether a version such as `1.36.0+k3s1` is another or later; pre-releases count. Undefined for what is no version. */
export function isAtLeast(version: string, oldest: string): boolean | undefined {
  const is = numbersOf(version);
  const needed = numbersOf(oldest);
  if (!is || !needed) return undefined;
  const at = is.findIndex((number, i) => number !== needed[i]);
  return at < 0 || is[at]! > needed[at]!;
}

function numbersOf(version: string): number[] | undefined {
  return /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
}
