import { type Event, metadataOf } from './event/event.ts';

/** What a comment of a change request, or a message of Zulip, says of an event. */
export function markdownOf(event: Event): string {
  const { kind = '', namespace = '', name = '' } = event.involvedObject;
  const sign = event.severity === 'error' ? '⚠️' : 'ℹ️';
  const lines = metadataOf(event)
    .filter(([key]) => key !== 'change_request')
    .map(([key, value]) => `* \`${key}\`: ${value}\n`);
  const heading = `## Flux Status\n\n${sign} ${kind}/${namespace}/${name}`;
  return `${heading}\n\n${event.message}\n\nMetadata:\n${lines.join('')}`;
}
