import { describe, expect, test } from 'vitest';
import { createEnvironment, withVariables } from '../../check/environment.ts';
import { string } from '../../check/type.ts';
import { compile } from '../../program.ts';
import { kubernetesLibraries } from '../libraries.ts';

const environment = withVariables(createEnvironment(kubernetesLibraries), { s: string });

function evaluate(expression: string, s: string): unknown {
  return compile(expression, environment).evaluate({ s });
}

const link = 'HTTP://u:p@[fe80::1%25eth0]:80/a%2Fb?a=1&a=%zz&b+c=%2B;&d#f';

/** What k8s.io/apiserver v0.36 and Go 1.26 make of them. */
describe('the functions of Kubernetes, as Go has them', () => {
  test.each([
    ['isURL(s)', 'http://a#b', false],
    ['isURL(s)', 'http://#', false],
    ['isURL(s)', 'http://%zz', false],
    ['isURL(s)', 'http://a%20b/', false],
    ['isURL(s)', '/a#b', true],
    ['isURL(s)', '*', true],
    ['isURL(s)', 'http://a"b/', true],
    ['isURL(s)', 'http://a\\b/', false],
    ['isURL(s)', '//!}', true],
    ['url(s).getHost() == "u"', '//u', true],
    ['url(s).getScheme()', link, 'http'],
    ['url(s).getHost()', link, '[fe80::1%eth0]:80'],
    ['url(s).getHostname()', link, 'fe80::1%eth0'],
    ['url(s).getPort()', link, '80'],
    ['url(s).getEscapedPath()', link, '/a%2Fb'],
    ['url(s).getEscapedPath()', "/a b'é/[c]#d", '/a%20b%27%C3%A9/%5Bc%5D'],
    ['url(s).getQuery()["a"] == ["1"] && url(s).getQuery().size() == 2', link, true],
    ['url(s) == url("http://a/%C3%A9")', 'HTTP://a/é', true],
    ['isURL(s) && !isURL(s + "\\t")', 'mailto:a@b', true],
    ['format.uri().validate(s).hasValue()', 'http://a#b', true],
    ['quantity(s).isInteger()', '1000m', false],
    ['quantity(s).isInteger()', '-1Ei', false],
    ['quantity(s).isInteger()', '1Pi', false],
    ['quantity(s).isInteger()', '1Ti', true],
    ['quantity(s).add(1).isInteger()', '1k', true],
    ['quantity(s).sub(quantity("1m")).isInteger()', '1', false],
    ['quantity(s).asApproximateFloat() == 1.2e32', '120e30', true],
    ['isQuantity(s)', '+', true],
    ['isQuantity(s)', '1e999999999', false],
    ['isQuantity(s)', '1e-999999999', false],
    ['isSemver(s)', '1.2.3-18446744073709551616', false],
    ['isSemver(s)', '1.2.3-18446744073709551615', true],
    ['format.dns1123LabelPrefix().validate(s).hasValue()', 'é-', true],
    ['s.findAll("[0-9]*").size()', 'aaa1', 4n],
    ['double(s)', '1_000.5', 1000.5],
    ['double(s) > 1.0', '1__0', undefined],
    ['duration(s) == duration("59m")', '1m'.repeat(59), true],
    ['duration(s) == duration("1m")', `${'1m'.repeat(59)}!`, undefined],
  ])('%s of %j', (expression, text, value) => {
    if (value === undefined) expect(() => evaluate(expression, text)).toThrow();
    else expect(evaluate(expression, text)).toEqual(value);
  });
});
