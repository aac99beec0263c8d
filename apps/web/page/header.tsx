import { signal } from '@preact/signals';
import { connection, go, narrow, place } from './store.ts';
import { Who } from './who.tsx';

type Theme = 'auto' | 'light' | 'dark';
const themes: Theme[] = ['auto', 'light', 'dark'];
const theme = signal<Theme>(themes.find(one => one === localStorage.getItem('theme')) ?? 'auto');

theme.subscribe(value => {
  document.documentElement.dataset.theme = value;
  localStorage.setItem('theme', value);
});

const connectionWords = { connecting: 'Connecting', live: 'Live', lost: 'Not connected' };

export function Header() {
  return (
    <header>
      <a
        class="brand"
        href="/"
        onClick={event => {
          event.preventDefault();
          go({ object: undefined });
        }}
      >
        <img src="/assets/icon.svg" alt="" width="22" height="22" />
        Millrace
      </a>
      <input
        id="search"
        type="search"
        placeholder="Search objects, revisions, messages"
        aria-label="Search objects, revisions, messages"
        aria-keyshortcuts="/"
        value={place.value.filter.text}
        onInput={event => {
          if (place.value.object) go({ object: undefined });
          narrow({ text: event.currentTarget.value });
        }}
      />
      <span class={`connection ${connection.value}`}>{connectionWords[connection.value]}</span>
      <button
        type="button"
        class="quiet"
        title="Colours: of the system, light, or dark"
        onClick={() => {
          theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!;
        }}
      >
        {{ auto: 'Auto', light: 'Light', dark: 'Dark' }[theme.value]}
      </button>
      <Who />
    </header>
  );
}
