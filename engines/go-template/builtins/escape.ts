import { toBytes } from '../byte-string.ts';
import { isPrint } from '../quote.ts';

const htmlEscapes: Record<string, string> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

/** Text for HTML as the built-in `html` escapes it. */
export function escapeHtml(text: string): string {
  return text.replace(/[\0"'&<>]/g, character => htmlEscapes[character]!);
}

/** Text for a JavaScript string as the built-in `js` escapes it. */
export function escapeJs(text: string): string {
  return text.replace(/[\\'"<>&=\x00-\x1f]|[^\x00-\x7f]/gu, character => {
    if (character === '\\' || character === "'" || character === '"') return `\\${character}`;
    if (isPrint(character)) return '<>&='.includes(character) ? unicodeEscape(character) : character;
    return unicodeEscape(character);
  });
}

function unicodeEscape(character: string): string {
  // A byte that is no UTF-8 is decoded to the replacement character.
  const code = character.isWellFormed() ? character.codePointAt(0)! : 0xfffd;
  return code === 0xfffd ? '\ufffd' : `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Text for a URL's query: a space becomes +. */
export function escapeQuery(text: string): string {
  let out = '';
  for (const byte of toBytes(text)) {
    const character = String.fromCharCode(byte);
    if (/[A-Za-z0-9\-_.~]/.test(character)) out += character;
    else if (character === ' ') out += '+';
    else out += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}
