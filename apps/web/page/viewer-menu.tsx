import './viewer-menu.css';
import { useEffect, useRef } from 'preact/hooks';
import { ask } from './ask.ts';
import { me } from './me.ts';
import { partial, tell } from './store.ts';

const signOut = () =>
  ask('/logout', { method: 'POST', body: '{}' })
    .then(() => location.assign('/signed-out'))
    .catch((error: Error) => tell(error.message, true));

/** As whom the page is looked at, and the way out. */
export function ViewerMenu() {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = ({ target }: Event) => {
      if (menu.current && !menu.current.contains(target as Node)) menu.current.open = false;
    };
    const leave = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || !menu.current?.open) return;
      // It closes this, and goes nowhere.
      event.stopImmediatePropagation();
      menu.current.open = false;
      menu.current.querySelector('summary')?.focus();
    };
    addEventListener('click', close);
    addEventListener('keydown', leave, { capture: true });
    return () => {
      removeEventListener('click', close);
      removeEventListener('keydown', leave, { capture: true });
    };
  }, []);
  if (!me.value) return null;
  const { user, groups, readOnly, canSignOut } = me.value;
  return (
    <>
      {readOnly && (
        <span class="read-only" title="Nothing can be changed by this page">
          Read only
        </span>
      )}
      {user !== '' && (
        <details class="viewer" ref={menu}>
          <summary title={user}>
            <span>{user}</span>
          </summary>
          <div>
            <p>
              <strong>{user}</strong>
              {partial.value
                ? 'You see what the cluster lets you see; there may be more.'
                : 'Everything here is read and done in your name.'}
              {readOnly && ' This page changes nothing.'}
            </p>
            {groups.length > 0 && (
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
              <ul aria-label="Your groups" tabIndex={0}>
                {groups.map(group => (
                  <li key={group}>{group}</li>
                ))}
              </ul>
            )}
            {canSignOut && (
              <button type="button" onClick={signOut}>
                Sign out
              </button>
            )}
          </div>
        </details>
      )}
    </>
  );
}
