import { type Cases, json, type Sent, text } from './sent.ts';

const event = (type: string, content: object, more: { context?: object; subject?: object } = {}) => ({
  context: {
    version: '0.4.1',
    id: '271069a8-fc18-44f1-b38f-9d70a1695819',
    source: '/event/source/123',
    type,
    timestamp: '2023-03-20T14:27:05.315384Z',
    ...more.context,
  },
  subject: {
    id: 'mySubject123',
    source: '/event/source/123',
    type: type.split('.')[2],
    content,
    ...more.subject,
  },
});
const merged = 'dev.cdevents.change.merged.0.2.0';
const cdevent = (body: object | string, header = merged): Sent => ({
  headers: { ...json, 'Ce-Type': header },
  body: typeof body === 'string' ? body : text(body),
});

export const cdevents: Cases = {
  cdevents: {
    'a merge': cdevent(event(merged, { repository: { id: 'r' } })),
    'no header': { headers: json, body: text(event(merged, {})) },
    'a body that is no JSON': cdevent('{'),
    'no body': cdevent(''),
    'an unknown type': cdevent(event('dev.cdevents.change.sung.0.1.0', {})),
  },
  'cdevents-merged': {
    'a merge': cdevent(event(merged, {})),
    'a merge in another case': cdevent(event(merged, {}), merged.toUpperCase()),
    'an event that is not wanted': cdevent(event(merged, {}), 'dev.cdevents.change.created.0.3.0'),
    'no header': { headers: json, body: text(event(merged, {})) },
  },
};
