import { github } from './git-services.ts';
import { type Cases, form, json, push, pushForm, text } from './sent.ts';

export const filtered: Cases = {
  filter: {
    'an object that is meant': { headers: json, body: text({ tag: 'registry/beta:1' }) },
    'none that is meant': { headers: json, body: text({ tag: 'registry/other:1' }) },
    'a Content-Type with a charset': {
      headers: { 'Content-Type': 'application/json; charset=utf-8' },
      body: text({ tag: 'beta' }),
    },
    'a second Content-Type': {
      headers: { 'Content-Type': 'text/plain, application/json' },
      body: text({ tag: 'beta' }),
    },
    'no Content-Type': { body: text({ tag: 'beta' }) },
    'no field': { headers: json, body: '{}' },
    'a field that is a number': { headers: json, body: text({ tag: 1 }) },
    'a body that is no JSON': { headers: json, body: '{' },
    'a body that is a list': { headers: json, body: '[]' },
    'a body that is null': { headers: json, body: 'null' },
    'no body': { headers: json },
    'a body and more behind it': { headers: json, body: `${text({ tag: 'beta' })} x` },
    'a body nested too deep': { headers: json, body: `{"x": ${'['.repeat(10_001)}${']'.repeat(10_001)}}` },
    'a number that is too large': { headers: json, body: '{"tag": "beta", "n": 1e400}' },
    'a number that is too small': { headers: json, body: '{"tag": "beta", "n": 1e-400}' },
    'a key twice': { headers: json, body: '{"tag": "x", "tag": "beta"}' },
    'a key in another case': { headers: json, body: '{"TAG": "beta"}' },
    'bytes that are no UTF-8': { headers: json, body: Buffer.from('{"tag": "beta\xff"}', 'latin1') },
    'half a character': { headers: json, body: '{"tag": "beta\\ud800"}' },
    'a mark of byte order': { headers: json, body: '\ufeff{"tag": "beta"}' },
    'a comma too many': { headers: json, body: '{"tag": "beta",}' },
    'a control character': { headers: json, body: '{"tag": "beta\u0001"}' },
    'a number with a zero in front': { headers: json, body: '{"tag": "beta", "n": 01}' },
  },
  'filter-each': {
    'all of them': { headers: json, body: text({ tag: 'gamma' }) },
    'but one': { headers: json, body: text({ tag: 'x' }) },
    none: { headers: json, body: text({ tag: 'none' }) },
  },
  'filter-kind': { 'any request': {} },
  'filter-numbers': {
    'a number': { headers: json, body: text({ n: 3 }) },
    'another number': { headers: json, body: text({ n: 4 }) },
  },
  'filter-remainder': { 'a number': { headers: json, body: text({ n: 3 }) } },
  'filter-empty': {
    'no body': {},
    'a body of text': { headers: { 'Content-Type': 'text/plain' }, body: '{"a": 1}' },
    'a body of JSON': { headers: json, body: '{"a": 1}' },
    null: { headers: json, body: 'null' },
  },
  'filter-missing': { 'any request': {} },
  'filter-form': {
    'a push': github(push),
    'a push as a form': github(pushForm, form),
  },
  'filter-strings': {
    'the image of the object': { headers: json, body: text({ tag: 'region/project/alpha:1.1' }) },
    'another image': { headers: json, body: text({ tag: 'region/project/other:1.1' }) },
    'no image': { headers: json, body: text({ tag: '' }) },
  },
};
