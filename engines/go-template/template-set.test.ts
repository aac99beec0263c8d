import { describe, expect, it } from 'vitest';
import {
  contextFunction,
  execute,
  GoObject,
  goFunction,
  LimitError,
  ParseCache,
  parseTemplate,
  TemplateError,
  TemplateSet,
} from './index.ts';

describe('a set of templates', () => {
  it('lets a later definition replace an earlier one, unless it is blank', () => {
    const set = new TemplateSet().parse('main', '{{template "a"}}').parse('x', '{{define "a"}}first{{end}}');
    expect(execute(set, 'main', null)).toBe('first');
    set.parse('y', '{{define "a"}}second{{end}}').parse('z', '{{define "a"}} {{end}}');
    expect(set.has('a')).toBe(true);
    expect(execute(set.parse('main', '[{{template "a"}}]'), 'main', null)).toBe('[second]');
  });

  it('adds nothing of a text that cannot be parsed', () => {
    const set = new TemplateSet();
    expect(() => set.parse('x', '{{define "a"}}a{{end}}{{if}}')).toThrow(TemplateError);
    expect(set.names()).toEqual([]);
  });

  it('is not changed by what is added to its clone', () => {
    const set = parseTemplate('x', 'old');
    const clone = set.clone().parse('x', 'new');
    expect([execute(set, 'x', null), execute(clone, 'x', null)]).toEqual(['old', 'new']);
  });
});

describe('a function that executes templates', () => {
  const include = contextFunction(['string', 'interface {}'], (context, name, data) =>
    context.execute(name, data),
  );
  const functions = { include };

  it('gets the text and may pass it on', () => {
    const set = parseTemplate('x', '{{define "a"}}<{{.}}>{{end}}{{include "a" 1 | printf "%q"}}', {
      functions,
    });
    expect(execute(set, 'x', null)).toBe('"<1>"');
  });

  it('carries the error of the inner template in its own', () => {
    const set = parseTemplate('x', '{{define "a"}}{{.b.c}}{{end}}\n{{include "a" .}}', { functions });
    expect(() => execute(set, 'x', { b: null })).toThrow(
      'template: x:2:2: executing "x" at <include "a" .>: error calling include: ' +
        'template: x:1:18: executing "a" at <.b.c>: nil pointer evaluating interface {}.c',
    );
  });

  it('may execute a text of its own beside the templates of the set', () => {
    const tpl = contextFunction(['string', 'interface {}'], (context, text, data) =>
      context.executeIn(context.set.clone().parse('tpl', text), 'tpl', data),
    );
    const template = '{{define "a"}}<{{.}}>{{end}}{{tpl "{{template `a` .}}!" 1}}';
    const set = parseTemplate('x', template, { functions: { tpl } });
    expect(execute(set, 'x', null)).toBe('<1>!');
    expect(set.has('tpl')).toBe(false);
  });

  it('ends endless recursion with an error', () => {
    const set = parseTemplate('x', '{{define "a"}}{{include "a" .}}{{end}}{{include "a" .}}', { functions });
    expect(() => execute(set, 'x', null)).toThrow(LimitError);
    expect(() => execute(set, 'x', null, { limits: { depth: 50 } })).toThrow(
      /^template: x:1:28: executing "a" at <\.>: exceeded maximum template depth \(50\)/,
    );
  });
});

describe('the limits of a render', () => {
  const run = (text: string, options: Parameters<typeof execute>[3]) => () =>
    execute(parseTemplate('x', text), 'x', null, options);

  it('stop output that grows too large', () => {
    expect(run('{{range 1000}}0123456789{{end}}', { limits: { outputSize: 5000 } })).toThrow(
      /exceeded the output limit of 5000 characters/,
    );
  });

  it('stop values that grow too large before they are written', () => {
    const text = '{{$x := "ab"}}{{range 40}}{{$x = print $x $x}}{{end}}';
    expect(run(text, { limits: { outputSize: 5000 } })).toThrow(
      /executing "x" at .*exceeded the output limit/,
    );
  });

  it('stop loops by steps, by the clock of the caller and by a signal', () => {
    const endless = '{{range 1000000000}}{{end}}';
    expect(run(endless, { limits: { steps: 5000 } })).toThrow('exceeded the limit of 5000 steps');
    expect(run(endless, { limits: { expired: () => true } })).toThrow('exceeded the time limit');
    expect(run(endless, { signal: AbortSignal.abort() })).toThrow('the render was aborted');
  });

  it('turn recursion into an error that names the place', () => {
    expect(run('{{define "a"}}{{template "a"}}{{end}}{{template "a"}}', { limits: { depth: 100 } })).toThrow(
      'template: x:1:25: executing "a" at <{{template "a"}}>: exceeded maximum template depth (100)',
    );
    expect(run('{{define "a"}}{{template "a"}}{{end}}{{template "a"}}', {})).toThrow(LimitError);
    expect(() => parseTemplate('x', '{{if 1}}'.repeat(100_000))).toThrow(TemplateError);
  });
});

describe('a set that shares a cache', () => {
  it('parses a text once and compiles it once', () => {
    const cache = new ParseCache();
    const texts = Array.from({ length: 2 }, () => new TemplateSet({ cache }).parse('x', '{{.a}}'));
    expect(texts[0]!.compiled('x')).toBe(texts[1]!.compiled('x'));
    expect(new TemplateSet({ cache }).parse('y', '{{.a}}').compiled('y')).not.toBe(texts[0]!.compiled('x'));
  });

  it('forgets the texts used longest ago', () => {
    const cache = new ParseCache(8);
    const compiled = (text: string) => new TemplateSet({ cache }).parse('x', text).compiled('x');
    const first = compiled('aaaa');
    compiled('bbbb');
    expect(compiled('aaaa')).toBe(first);
    compiled('cccc');
    expect(compiled('aaaa')).toBe(first);
    compiled('dddd');
    compiled('eeee');
    expect(compiled('aaaa')).not.toBe(first);
  });
});

describe('a text that extends a set', () => {
  it('takes its name even if it is blank', () => {
    const set = parseTemplate('x', 'old{{define "a"}}a{{end}}');
    const extended = set.extended('x', ' {{define "a"}}b{{end}}');
    expect([execute(extended, 'x', null), execute(extended, 'a', null)]).toEqual([' ', 'b']);
    expect([execute(set, 'x', null), execute(set, 'a', null)]).toEqual(['old', 'a']);
  });

  it('does not change a set with many templates, nor is changed by it', () => {
    const set = new TemplateSet();
    for (let n = 0; n < 20; n++) set.parse(`t${n}`, `${n}`);
    const extended = set.extended('t1', 'one');
    set.parse('t2', 'two');
    expect(['t1', 't2'].map(name => execute(extended, name, null))).toEqual(['one', '2']);
    expect(['t1', 't2'].map(name => execute(set, name, null))).toEqual(['1', 'two']);
    expect(extended.names()).toEqual(set.names());
  });
});

describe('a struct behind a pointer', () => {
  const version = new GoObject({
    type: 'main.Version',
    kind: 'struct',
    fields: { Full: 'v1.2.3', short: 'v1' },
    pointer: { text: () => 'short', methods: { Text: goFunction([], () => 'text') } },
  });

  it('has the methods of the pointer, which a copy has not', () => {
    const run = (text: string) => execute(parseTemplate('x', text), 'x', { v: version });
    expect(run('{{.v}} {{.v.Text}} {{print .v}}')).toBe('short text {v1.2.3 v1}');
    expect(() => run('{{.v.short}}')).toThrow('short is an unexported field of struct type main.Version');
  });
});
