import './style.css';
import { render } from 'preact';
import { FleetView } from './fleet-view.tsx';
import { Header } from './header.tsx';
import { listenToKeys } from './keys.ts';
import { ObjectView } from './object/object-view.tsx';
import { connection, notice, place } from './store.ts';
import { follow } from './stream.ts';

function Page() {
  const { object } = place.value;
  return (
    <>
      <Header />
      {connection.value === 'lost' && (
        <p class="banner" role="status">
          The connection is lost: what you see is as it was. It is tried again.
        </p>
      )}
      <main>{object ? <ObjectView key={Object.values(object).join('/')} {...object} /> : <FleetView />}</main>
      <p class={`notice ${notice.value?.failed ? 'failed' : ''}`} role="status" aria-live="polite">
        {notice.value?.text}
      </p>
    </>
  );
}

listenToKeys();
follow();
render(<Page />, document.getElementById('page')!);
