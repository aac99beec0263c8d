import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import bcrypt from 'bcryptjs';
import { describe, expect, it } from 'vitest';
import { execute, GoObject, parseTemplate, type Value } from '../index.ts';
import { sprigFunctions } from './index.ts';
import made from './testdata/made-by-sprig.json' with { type: 'json' };

const now = Date.parse('2026-03-04T05:06:07Z');
const functions = sprigFunctions({ clock: () => now });

function render(template: string, data: Value = {}): string {
  return execute(parseTemplate('x', template, { functions }), 'x', data);
}

/** A pair as Sprig has it, for templates. */
function pair({ Cert, Key }: { Cert: string; Key: string }): GoObject {
  return new GoObject({ type: 'sprig.certificate', kind: 'struct', fields: { Cert, Key } });
}

describe('passwords', () => {
  it.each(Object.entries(made.bcrypt))('a hash of %j that Go made is taken', (password, hash) => {
    expect(bcrypt.compareSync(password, hash)).toBe(true);
    expect(bcrypt.compareSync(`x${password.slice(0, 60)}`, hash)).toBe(false);
  });

  it('our hash has the form of Go and is made of the password', () => {
    const hash = render('{{bcrypt .p}}', { p: 'pässwörd€' });
    expect(hash).toMatch(/^\$2a\$10\$[./A-Za-z0-9]{53}$/);
    expect(bcrypt.compareSync('pässwörd€', hash)).toBe(true);
  });

  it('the same salt gives the hash that Go made', () => {
    for (const [password, hash] of Object.entries(made.bcrypt))
      expect(bcrypt.hashSync(password, hash.slice(0, 29))).toBe(hash);
  });

  it('a line of htpasswd is a name and such a hash', () => {
    const [user, hash = ''] = render('{{htpasswd "user" "secret"}}').split(':');
    expect(user).toBe('user');
    expect(bcrypt.compareSync('secret', hash)).toBe(true);
    expect(bcrypt.compareSync('secret', made.htpasswd.split(':')[1]!)).toBe(true);
  });

  it.each(Object.entries(made.aes))('what Go encrypted with %j is decrypted', (password, text) => {
    expect(render('{{decryptAES .password .text}}', { password, text })).toBe('plain täxt');
  });

  it('what is encrypted twice is not the same, and comes back', () => {
    const encrypted = [1, 2].map(() => render('{{encryptAES "key" "täxt"}}'));
    expect(encrypted[0]).not.toBe(encrypted[1]);
    for (const text of encrypted) expect(render('{{decryptAES "key" .}}', text)).toBe('täxt');
  });
});

describe('private keys', () => {
  it.each([
    ['rsa', 'RSA PRIVATE KEY', 'rsa'],
    ['', 'RSA PRIVATE KEY', 'rsa'],
    ['ecdsa', 'EC PRIVATE KEY', 'ec'],
    ['ed25519', 'PRIVATE KEY', 'ed25519'],
  ])('of type %j are PEM of the form that Sprig has', (type, label, kind) => {
    const pem = render('{{genPrivateKey .}}', type);
    expect(pem.split('\n')[0]).toBe(`-----BEGIN ${label}-----`);
    const key = createPrivateKey(pem);
    expect(key.asymmetricKeyType).toBe(kind);
    if (kind === 'rsa') expect(key.asymmetricKeyDetails?.modulusLength).toBe(4096);
    if (kind === 'ec') expect(key.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
  });

  it('of DSA are in the form of OpenSSL', { timeout: 60_000 }, () => {
    const pem = render('{{genPrivateKey "dsa"}}');
    expect(pem.split('\n')[0]).toBe('-----BEGIN DSA PRIVATE KEY-----');
    expect(createPrivateKey(pem).asymmetricKeyDetails).toEqual({ modulusLength: 2048, divisorLength: 256 });
  });

  it.each(Object.entries(made.keys))('of type %s that Go made are read, and written alike', (type, key) => {
    const template = '{{$c := genCAWithKey "x" 1 .}}{{$c.Key}}';
    // x509 signs with everything but DSA.
    if (type === 'dsa') expect(() => render(template, key)).toThrow('does not implement crypto.Signer');
    else expect(render(template, key)).toBe(key);
  });
});

describe('certificates', () => {
  const days = 86_400_000;

  function certificate(template: string, data: Value = {}) {
    const [cert = '', key = ''] = render(`{{$c := ${template}}}{{$c.Cert}}={3}{{$c.Key}}`, data).split(
      '={3}',
    );
    return { x509: new X509Certificate(cert), cert, key: createPrivateKey(key), pem: key };
  }

  it('an authority vouches for a server, from now for so many days', () => {
    const authority = certificate('genCA "ca" 365');
    const server = certificate(
      'genSignedCert "srv" (list "10.0.0.1" "::1") (list "a.example" "*.b.example") 30 .ca',
      {
        ca: pair({ Cert: authority.cert, Key: authority.pem }),
      },
    );
    expect(authority.x509.ca).toBe(true);
    expect(authority.x509.verify(authority.x509.publicKey)).toBe(true);
    expect(server.x509.ca).toBe(false);
    expect(server.x509.checkIssued(authority.x509)).toBe(true);
    expect(server.x509.verify(authority.x509.publicKey)).toBe(true);
    expect(server.x509.checkPrivateKey(server.key)).toBe(true);
    expect(server.x509.subject).toBe('CN=srv');
    expect(server.x509.issuer).toBe('CN=ca');
    expect(server.x509.checkIP('10.0.0.1')).toBe('10.0.0.1');
    expect(server.x509.checkIP('::1')).toBe('::1');
    expect(server.x509.checkHost('a.example')).toBe('a.example');
    expect(server.x509.checkHost('c.b.example')).toBe('*.b.example');
    expect(server.x509.validFromDate.getTime()).toBe(now);
    expect(server.x509.validToDate.getTime()).toBe(now + 30 * days);
    // Server and client.
    expect(server.x509.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  });

  it('an authority that Go made vouches for ours', () => {
    const server = certificate('genSignedCertWithKey "srv" nil nil 1 .ca .key', {
      ca: pair(made.authority),
      key: made.keys.ecdsa,
    });
    const authority = new X509Certificate(made.authority.Cert);
    expect(server.x509.checkIssued(authority)).toBe(true);
    expect(server.x509.verify(authority.publicKey)).toBe(true);
    expect(server.x509.issuer).toBe('CN=go ca é');
  });

  it.each(['rsa', 'ecdsa', 'ed25519'] as const)('signs itself with a key of type %s that Go made', type => {
    const own = certificate('genSelfSignedCertWithKey "é" nil (list "a") -1 .', made.keys[type]);
    expect(own.x509.verify(createPublicKey(made.keys[type]))).toBe(true);
    expect(own.x509.subject).toBe('CN=é');
    expect(own.x509.validToDate.getTime()).toBe(now - days);
  });

  it('writes what Go writes but for number, time and signature', () => {
    const ours = certificate(
      'genSelfSignedCertWithKey "ed" (list "10.0.0.1") (list "a.example") 36500 .',
      made.keys.ed25519,
    );
    // The certificate is alike from the subject on: key, usages, names. Ed25519 signatures have 64 bytes, and 10 around.
    const tail = (cert: X509Certificate) => {
      const bytes = cert.raw.subarray(0, -74);
      return bytes.subarray(bytes.indexOf('300d310b3009060355040313', 'hex') + 60).toString('hex');
    };
    const theirs = new X509Certificate(made.selfSigned.Cert);
    expect(ours.x509.raw.length - theirs.raw.length).toBeLessThan(3);
    expect(ours.x509.subjectAltName).toBe(theirs.subjectAltName);
    expect(tail(ours.x509).slice(-200)).toBe(tail(theirs).slice(-200));
  });

  it('the key must be that of the authority', () => {
    const ca = pair({ Cert: made.authority.Cert, Key: made.keys.ecdsa });
    expect(() => certificate('genSignedCert "x" nil nil 1 .', ca)).toThrow(
      "doesn't match parent's PublicKey",
    );
  });

  it('takes in certificates that were made elsewhere', () => {
    const template = '{{$c := buildCustomCert (b64enc .Cert) (b64enc .Key)}}{{$c.Cert}}{{$c.Key}}';
    expect(render(template, made.authority)).toBe(made.authority.Cert + made.authority.Key);
  });
});
