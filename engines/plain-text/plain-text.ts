/**
 * What comes from strangers becomes text that can be shown: everything from outside that is printed, stored in a
 * status or sent as an event passes one of these functions.
 */

/**
 * Text on a terminal, in a status or an event: control characters, escape sequences and marks that turn the direction
 * of text are taken out, line breaks and tabs stay. What is longer than `limit` characters is cut.
 */
export function printable(text: string, limit = 4096): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return cut.replace(escapes, '').replace(unprintable, '\ufffd');
}

/** The sequences that colour and move on terminals (CSI). Of others the escape goes, and the rest is text. */
const escapes = /(?:\u001b\[|\u009b)[0-9;:?<=>]{0,32}[@-~]?/g;

const unprintable =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** One line of it. */
export function printableLine(text: string, limit = 512): string {
  return printable(text.replace(/(?<!\s)\s*[\r\n]\s*/g, ' '), limit);
}

/**
 * URLs in a text as they can be shown: `https://user:secret@host/a?token=x` becomes `https://host/a`. What stands
 * before the last `@` of the place is never shown, however it is written.
 */
export function withoutCredentials(text: string): string {
  let shown = '';
  let at = 0;
  for (let sign = text.indexOf('://'); sign >= 0; sign = text.indexOf('://', at)) {
    const start = sign + '://'.length;
    const end = endOfUrl(text, start);
    shown += text.slice(at, start) + maskedPlace(text.slice(start, end));
    at = end;
  }
  return shown + text.slice(at);
}

function endOfUrl(text: string, start: number): number {
  let end = start;
  while (end < text.length && !/\s/.test(text[end]!)) end++;
  return end;
}

function maskedPlace(place: string): string {
  const endOfHost = firstOf(place, '/?#');
  const host = place.slice(0, endOfHost);
  // `user:pa/ss@host`: a password may hold any character that somebody forgot to escape.
  const broken = !host.includes('@') && /:(?!\d*['"]?$)/.test(host) && place.includes('@');
  const shown = place.slice((broken ? place : host).lastIndexOf('@') + 1);
  const query = firstOf(shown, '?#');
  return shown.slice(0, query) + punctuationAfter(shown.slice(query));
}

function firstOf(text: string, characters: string): number {
  for (let at = 0; at < text.length; at++) if (characters.includes(text[at]!)) return at;
  return text.length;
}

/** What belongs to the sentence and not to the URL. */
function punctuationAfter(text: string): string {
  let start = text.length;
  while (start > 0 && `'":;,.)>`.includes(text[start - 1]!)) start--;
  return text.slice(start);
}

/** Shorter secrets than this are words that stand within others: they are masked where they stand alone. */
const longEnough = 8;

/** The secrets themselves, wherever a server or git repeats them, as they are and as they travel. */
export function withoutSecrets(text: string, secrets: (string | undefined)[]): string {
  const known = secrets.filter(secret => secret !== undefined && secret.length >= 4) as string[];
  const forms = known.flatMap(secret => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
  ]);
  // The longest first: one may stand within another.
  forms.sort((a, b) => b.length - a.length);
  return forms.reduce(
    (shown, form) => (form.length < longEnough ? withoutWord(shown, form) : shown.replaceAll(form, '***')),
    text,
  );
}

function withoutWord(text: string, word: string): string {
  const isPart = (at: number) => /[A-Za-z0-9]/.test(text[at] ?? '');
  let shown = '';
  let done = 0;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    if (isPart(at - 1) || isPart(at + word.length)) continue;
    shown += `${text.slice(done, at)}***`;
    done = at + word.length;
  }
  return shown + text.slice(done);
}

/** Of one secret text so many characters are looked at for lines: longer ones are files, of which nobody quotes a line. */
const enough = 65_536;

/** In what forms a secret text may be repeated: whole, its lines, and what stands behind `=` or `:` in them. */
export function* secretForms(text: string): Generator<string> {
  yield text;
  yield JSON.stringify(text).slice(1, -1);
  if (text.length > enough) return;
  for (const line of text.split('\n')) {
    yield line.trim();
    const sign = line.search(/[=:]/);
    if (sign >= 0) yield line.slice(sign + 1).trim();
  }
}
