import { token } from '../fleet.ts';
import type { Issuer } from '../issuer.ts';
import { type Cases, json, type Sent, text, without } from './sent.ts';

const wrapped = (data: unknown) =>
  text({
    message: {
      data: Buffer.from(text(data)).toString('base64'),
      messageId: '1',
      publishTime: '2026-11-29T18:00:00Z',
      subscription: 'x',
    },
  });

/** A message of Pub/Sub in the name of a service account. */
export function google({ token: of }: Issuer): Cases {
  const robot = {
    iss: 'https://accounts.google.com',
    aud: 'https://hooks.example.com',
    email: 'robot@project.iam.gserviceaccount.com',
    email_verified: true,
  };
  const now = Math.floor(Date.now() / 1000);
  const insert = wrapped({ action: 'INSERT', digest: 'registry/app@sha256:1', tag: 'registry/app:1' });
  const sent = (claims: object = {}, header: object = {}, by = 'rsa', body = insert): Sent => ({
    headers: { ...json, Authorization: `Bearer ${of({ ...robot, ...claims }, { ...header }, by)}` },
    body,
  });
  const message = (data: unknown, more: object = {}) => text({ message: { data, ...more } });
  const base64 = (value: string) => Buffer.from(value).toString('base64');
  const about = (body: string) => sent({}, {}, 'rsa', body);
  return {
    gcr: {
      'no token': { headers: json, body: insert },
      'a token that is none': { headers: { ...json, Authorization: 'Bearer x' }, body: insert },
      'the token of the Secret': { headers: { ...json, Authorization: `Bearer ${token}` }, body: insert },
      'a token of the account': sent(),
      'a token by ES256': sent({}, { alg: 'ES256' }, 'ec'),
      'a token by PS256': sent({}, { alg: 'PS256' }),
      'a token by RS512': sent({}, { alg: 'RS512' }),
      'a token without a signature': sent({}, { alg: 'none' }),
      'a token by HMAC with the public key': sent({}, { alg: 'HS256' }),
      'a token by a key that is not published': sent({}, {}, 'hidden'),
      'a token without kid': sent({}, { kid: undefined }),
      'a token with an unknown kid': sent({}, { kid: 'x' }),
      'a token of the issuer without a scheme': sent({ iss: 'accounts.google.com' }),
      'a token of another issuer': sent({ iss: 'https://accounts.example.com' }),
      'a token of no issuer': sent({ iss: undefined }),
      'a token for somebody else': sent({ aud: 'https://other.example.com' }),
      'a token for several': sent({ aud: [robot.aud] }),
      'a token for nobody': sent({ aud: undefined }),
      'a token of another account': sent({ email: 'other@project.iam.gserviceaccount.com' }),
      'a token of the account in another case': sent({ email: robot.email.toUpperCase() }),
      'a token of no account': sent({ email: undefined }),
      'a token of an account that is not verified': sent({ email_verified: false }),
      'a token of an account of which that is not said': sent({ email_verified: undefined }),
      'a token of an account of which that is said as text': sent({ email_verified: 'true' }),
      'a token that has expired': sent({ exp: now - 60 }),
      'a token without an end': sent({ exp: undefined }),
      'a token whose end has a fraction': sent({ exp: now + 60.5 }),
      'a token that begins in an hour': sent({ nbf: now + 3600 }),
      'a scheme in another case': {
        headers: { ...json, Authorization: `bearer ${of(robot)}` },
        body: insert,
      },
      'two blanks before the token': {
        headers: { ...json, Authorization: `Bearer  ${of(robot)}` },
        body: insert,
      },
      'no body': about(''),
      'a body without a message': about('{}'),
      'a message without data': about(message(undefined)),
      'data that are no base64': about(message('***')),
      'data without padding': about(message('e30')),
      'data in lines': about(message('e3\n0=')),
      'data that are no JSON': about(message(base64('{'))),
      'data and more behind them': about(message(base64('{} {}'))),
      'data that are null': about(message(base64('null'))),
      'data that are a list': about(message(base64('[]'))),
      'a tag that is a number': about(message(base64('{"tag": 1}'))),
      'a time that is none': about(message(base64('{}'), { publishTime: 'now' })),
      'a time': about(message(base64('{}'), { publishTime: '2026-11-29T18:00:00.1Z' })),
      'a message and more behind it': about(`${insert} x`),
    },
    'filter-gcr': {
      'an image that is new': sent(),
      'an image that is gone': about(wrapped({ action: 'DELETE' })),
      'an action in another case': about(wrapped({ ACTION: 'INSERT', more: 1 })),
      'what is not of the message': about(text({ action: 'INSERT', message: { data: base64('{}') } })),
      'no Content-Type': without(sent(), 'Content-Type'),
    },
  };
}
