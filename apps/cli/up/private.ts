/**
 * From here on everything that this process and its children make is for its owner only, whatever the umask was: state,
 * logs, artifacts and copies of repositories hold what others have no business with.
 */
export function keepPrivate(): void {
  process.umask(0o077);
}
