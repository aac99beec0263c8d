import { favourites, star } from './store.ts';

export function StarIcon({ filled }: { filled: boolean }) {
  return (
    <svg class={`star ${filled ? 'filled' : ''}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d="M8 1.8l1.9 3.9 4.3.6-3.1 3 .7 4.3L8 11.6l-3.8 2 .7-4.3-3.1-3 4.3-.6z" />
    </svg>
  );
}

/** Marks an object as one to come back to, in this browser. */
export function StarButton({ of: key }: { of: string }) {
  const isStarred = favourites.value.has(key);
  return (
    <button
      type="button"
      class="quiet"
      aria-pressed={isStarred}
      aria-keyshortcuts="s"
      title={isStarred ? 'No favourite any more (s)' : 'A favourite (s)'}
      onClick={() => star(key)}
    >
      <StarIcon filled={isStarred} />
      <span class="unseen">Favourite</span>
    </button>
  );
}
