/**
 * The address of the page to which somebody comes back, from one that anybody may have written: of this server, or its
 * front page. `//x`, `/\x` and `/.//x` are addresses of other servers to browsers, so it is always given whole.
 */
export function returnAddress(to: string | null, base: URL): string {
  if (to === null || !to.startsWith('/') || to.length > 2000) return base.href;
  // Where it is another server's it is none of ours; what it is after its dots and slashes is put behind our own.
  if (!URL.canParse(to, base.origin)) return base.href;
  const { origin, pathname, search } = new URL(to, base.origin);
  return origin === base.origin ? `${base.origin}${pathname}${search}` : base.href;
}
