import type { TemplateFunction } from '../value.ts';
import { aes } from './aes.ts';
import { arithmetic } from './arithmetic.ts';
import { certificates } from './certificate/certificates.ts';
import { cuts } from './cut.ts';
import { dates } from './date.ts';
import { copies } from './deep-copy.ts';
import { defaults } from './default.ts';
import { dicts } from './dict.ts';
import { encodings } from './encoding.ts';
import { flow } from './flow.ts';
import { hashes } from './hash.ts';
import { identifierCases } from './identifier-case.ts';
import { jsons } from './json.ts';
import { lists } from './list.ts';
import { merges } from './merge.ts';
import { type SprigOptions, surroundings } from './options.ts';
import { passwords } from './password.ts';
import { paths } from './path.ts';
import { randomTexts } from './random-text.ts';
import { reflection } from './reflection.ts';
import { regexes } from './regex.ts';
import { semvers } from './semver.ts';
import { sequences } from './sequence.ts';
import { texts } from './text.ts';
import { urls } from './url.ts';
import { wordCases } from './word-case.ts';
import { wraps } from './wrap.ts';

/**
 * The functions of Sprig 3.3.0 as Helm 4 has them: without those that read the environment, and with no answer from
 * `getHostByName`. Given the same clock and random source they give the same values.
 */
export function sprigFunctions(options: SprigOptions = {}): Record<string, TemplateFunction> {
  const given = surroundings(options);
  const { random } = given;
  return {
    ...flow,
    ...texts(random),
    ...cuts,
    ...wraps,
    ...wordCases,
    ...identifierCases,
    ...arithmetic(random),
    ...sequences,
    ...defaults,
    ...reflection,
    ...lists,
    ...dicts,
    ...merges,
    ...copies,
    ...jsons,
    ...encodings,
    ...hashes,
    ...paths,
    ...semvers,
    ...urls,
    ...dates(given),
    ...randomTexts(random),
    ...passwords(random),
    ...aes(random),
    ...certificates(given),
    ...regexes(),
  };
}
