import type { ConnectionOptions } from '@millrace/http';
import type { ObjectStore } from './object-store.ts';
import type { Place } from './place.ts';

/** Nothing is asked of the store yet. Throws StoreError for an endpoint that is none. */
export async function objectStore(place: Place, options: ConnectionOptions): Promise<ObjectStore> {
  // Each SDK costs time and memory, which only those spend who need it.
  switch (place.kind) {
    case 's3':
      return (await import('./s3.ts')).s3Store(place, options);
    case 'azure':
      return (await import('./azure.ts')).azureStore(place, options);
    case 'google':
      return (await import('./google.ts')).googleStore(place, options);
  }
}
