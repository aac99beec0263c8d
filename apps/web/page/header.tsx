import { signal } from '@preact/signals';
import { type View, views } from '../model/place.ts';
import { useInSight } from './in-sight.ts';
import { addressAfter, go, place } from './place.ts';
import { SearchBox } from './search/search-box.tsx';
import { connection, offers } from './store.ts';
import { viewWords } from './title.ts';
import { ViewerMenu } from './viewer-menu.tsx';

type Theme = 'auto' | 'light' | 'dark';
const themes: Theme[] = ['auto', 'light', 'dark'];
const theme = signal<Theme>(themes.find(one => one === localStorage.getItem('theme')) ?? 'auto');

theme.subscribe(value => {
  document.documentElement.dataset.theme = value;
  localStorage.setItem('theme', value);
});

const themeWords = { auto: 'Auto', light: 'Light', dark: 'Dark' };
const connectionWords = { connecting: 'Connecting', live: 'Live', lost: 'Offline' };

const searched: Record<View, string> = {
  fleet: 'objects, revisions, messages',
  events: 'events',
  rehearsal: 'objects, revisions, messages',
  notifications: 'notifications',
  audit: 'changes',
};

/** What every server has; an audit log says how there is one. */
const everywhere: readonly string[] = ['fleet', 'events', 'audit'];

function Views() {
  const offered = new Set([...everywhere, ...offers.value]);
  // What is caught, and what would be sent, are one view.
  if (offered.has('matches')) offered.add('notifications');
  const shown = views.filter(view => offered.has(view));
  return (
    <nav class="views" aria-label="Views">
      {shown.map(view => (
        <ViewLink key={view} view={view} isOpen={place.value.view === view && !place.value.object} />
      ))}
    </nav>
  );
}

function ViewLink({ view, isOpen }: { view: View; isOpen: boolean }) {
  const link = useInSight(isOpen);
  return (
    <a
      ref={link}
      href={addressAfter({ view, object: undefined, tab: undefined })}
      aria-current={isOpen ? 'page' : undefined}
      onClick={event => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go({ view, object: undefined, tab: undefined });
      }}
    >
      {viewWords[view]}
    </a>
  );
}

export function Header() {
  const what = searched[place.value.view];
  return (
    <header>
      <a
        class="brand"
        href="/"
        onClick={event => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          go({ view: 'fleet', object: undefined });
        }}
      >
        <img src="/assets/icon.svg" alt="" width="22" height="22" />
        Millrace
      </a>
      <Views />
      <SearchBox key={place.value.view} label={`Search ${what}`} finds={place.value.view === 'fleet'} />
      <span class={`connection ${connection.value}`}>
        <span class="unseen">Connection: </span>
        {connectionWords[connection.value]}
      </span>
      <button
        type="button"
        class="quiet"
        title="Colours: of the system, light, or dark"
        aria-label={`Colours: ${themeWords[theme.value]}`}
        onClick={() => {
          theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!;
        }}
      >
        {themeWords[theme.value]}
      </button>
      <ViewerMenu />
    </header>
  );
}
