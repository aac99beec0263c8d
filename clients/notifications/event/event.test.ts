import { describe, expect, test } from 'vitest';
import { type Event, eventAsJson, InvalidEvent, parseEvent } from './event.ts';

const event: Event = {
  involvedObject: {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    name: 'apps',
    namespace: 'flux-system',
    uid: 'f6b1b0a8',
  },
  severity: 'info',
  timestamp: '2026-01-02T03:04:05Z',
  message: 'applied',
  reason: 'ReconciliationSucceeded',
  metadata: { revision: 'main@sha1:abc' },
  reportingController: 'kustomize-controller',
};

describe('eventAsJson', () => {
  test('writes fields in the order of Go, and leaves out what is empty', () => {
    expect(eventAsJson({ ...event, reportingInstance: '' })).toBe(
      '{"involvedObject":{"kind":"Kustomization","namespace":"flux-system","name":"apps","uid":"f6b1b0a8",' +
        '"apiVersion":"kustomize.toolkit.fluxcd.io/v1"},"severity":"info","timestamp":"2026-01-02T03:04:05Z",' +
        '"message":"applied","reason":"ReconciliationSucceeded","metadata":{"revision":"main@sha1:abc"},' +
        '"reportingController":"kustomize-controller"}',
    );
  });

  test('sorts metadata by the bytes of its keys, numbers too', () => {
    const json = eventAsJson({ ...event, metadata: { b: '', a: '', '10': '', '９': '', '😀': '' } });
    expect(json).toContain('"metadata":{"10":"","a":"","b":"","９":"","😀":""}');
  });

  test.each([
    ['<a href="x">&', '\\u003ca href=\\"x\\"\\u003e\\u0026'],
    ['a\u2028b\u2029', 'a\\u2028b\\u2029'],
    ['\b\f\n\r\t\u0001\u007f', '\\b\\f\\n\\r\\t\\u0001\u007f'],
    ['\ud800', '\ufffd'],
  ])('writes %j as Go does', (message, written) => {
    expect(eventAsJson({ ...event, message })).toContain(`"message":"${written}"`);
  });

  test('writes the time in UTC and whole seconds, and null for none', () => {
    expect(eventAsJson({ ...event, timestamp: '2026-01-02T05:04:05.678+02:00' })).toContain(
      '"timestamp":"2026-01-02T03:04:05Z"',
    );
    expect(eventAsJson({ ...event, timestamp: '' })).toContain('"timestamp":null');
  });
});

describe('parseEvent', () => {
  test('reads what eventAsJson writes', () => {
    expect(parseEvent(eventAsJson(event))).toEqual(event);
  });

  test('takes what is missing or null for empty, and leaves out what it does not know', () => {
    expect(parseEvent('{"metadata":null,"involvedObject":null,"else":1}')).toEqual({
      involvedObject: {},
      severity: '',
      timestamp: '',
      message: '',
      reason: '',
      reportingController: '',
    });
  });

  test('keeps a name that objects have by nature', () => {
    const { metadata } = parseEvent('{"metadata":{"__proto__":"a","constructor":"b"}}');
    expect(Object.entries(metadata!)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });

  test.each([
    ['', 'the body is no JSON'],
    ['[]', 'the event has to be an object'],
    ['{"message":1}', 'message has to be a string'],
    ['{"involvedObject":{"name":{}}}', 'involvedObject.name has to be a string'],
    ['{"involvedObject":"x"}', 'involvedObject has to be an object'],
    ['{"metadata":{"a":1}}', 'metadata.a has to be a string'],
    ['{"timestamp":"yesterday"}', 'timestamp has to be a time of RFC 3339: 2026-01-02T03:04:05Z'],
  ])('refuses %s', (body, words) => {
    expect(() => parseEvent(body)).toThrow(new InvalidEvent(words));
  });
});
