import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commitMessage, type MessageData, MessageError } from './message.ts';

const change = (object: string, setter: string, old: string, now: string) => {
  const [apiVersion = '', kind = '', namespace = '', name = ''] = object.split('|');
  return { object: { apiVersion, kind, namespace, name }, setter: `flux-system:${setter}`, old, new: now };
};

const data: MessageData = {
  namespace: 'flux-system',
  name: 'auto',
  values: { cluster: 'prod', b: 'x' },
  files: [
    {
      path: 'a/web.yaml',
      changes: [
        change('apps/v1|Deployment|apps|web', 'web', 'web:v1', 'web:v2'),
        change('apps/v1|Deployment|apps|web', 'web:tag', 'v1', 'v2'),
        change('apps/v1|DaemonSet|apps|agent', 'agent', 'agent:1', 'agent:2'),
      ],
    },
    { path: 'kustomization.yaml', changes: [change('|||', 'web:tag', '1.0', '2.0')] },
  ],
};

interface Golden {
  template: string;
  message: string;
  error: string;
}

const golden: Golden[] = JSON.parse(readFileSync(new URL('golden/messages.json', import.meta.url), 'utf8'));

describe('a commit message', () => {
  test.each(golden.filter(({ error }) => error === ''))('is that of upstream: $template', one => {
    expect(commitMessage(one.template, data)).toBe(one.message);
  });

  test.each(golden.filter(({ error }) => error !== ''))('fails as upstream: $template', one => {
    expect(() => commitMessage(one.template, data)).toThrow(MessageError);
    expect(() => commitMessage(one.template, data)).toThrow(one.error);
  });

  test('with a field that is gone waits for another template', () => {
    expect(() => commitMessage('{{ .Updated }}', data)).toThrow(
      expect.objectContaining({ isOutdated: true }),
    );
  });

  test('without an end is given up', () => {
    const endless = '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}';
    expect(() => commitMessage(endless, data)).toThrow(MessageError);
    expect(() => commitMessage('{{ repeat 100000000 "a" }}', data)).toThrow(MessageError);
  });
});
