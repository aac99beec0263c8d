import './style.css';
import './views.css';
import { render } from 'preact';
import { AuditView } from './audit-view.tsx';
import { EventsView } from './events-view.tsx';
import { FleetView } from './fleet-view.tsx';
import { Header } from './header.tsx';
import { listenToKeys } from './keys.ts';
import { KeysDialog } from './keys-dialog.tsx';
import { NotificationsView } from './notifications-view.tsx';
import { ObjectView } from './object/object-view.tsx';
import { place } from './place.ts';
import { RehearsalView } from './rehearsal-view.tsx';
import { connection, notice } from './store.ts';
import { follow } from './stream.ts';
import { followTitle } from './title.ts';

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
      <main>{object ? <ObjectView key={Object.values(object).join('/')} {...object} /> : <View />}</main>
      <KeysDialog />
      <p class={`notice ${notice.value?.failed ? 'failed' : ''}`} role="status" aria-live="polite">
        {notice.value?.text}
      </p>
    </>
  );
}

function View() {
  switch (place.value.view) {
    case 'fleet':
      return <FleetView />;
    case 'events':
      return <EventsView />;
    case 'notifications':
      return <NotificationsView />;
    case 'audit':
      return <AuditView />;
    case 'rehearsal':
      return <RehearsalView />;
  }
}

listenToKeys();
follow();
followTitle();
render(<Page />, document.getElementById('page')!);
