import { byteLength } from './byte-string.ts';
import { quote } from './quote.ts';

export type TokenType =
  | 'error'
  | 'bool'
  | 'char'
  | 'character'
  | 'assign'
  | 'declare'
  | 'eof'
  | 'field'
  | 'identifier'
  | 'leftDelimiter'
  | 'leftParen'
  | 'number'
  | 'pipe'
  | 'rawString'
  | 'rightDelimiter'
  | 'rightParen'
  | 'space'
  | 'string'
  | 'text'
  | 'variable'
  | 'dot'
  | Keyword;

export type Keyword =
  | 'block'
  | 'break'
  | 'continue'
  | 'define'
  | 'else'
  | 'end'
  | 'if'
  | 'nil'
  | 'range'
  | 'template'
  | 'with';

export const keywords: ReadonlySet<string> = new Set<Keyword>([
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'nil',
  'range',
  'template',
  'with',
]);

/** `text` is the message of an error token. `at` is the offset in the source. */
export interface Token {
  type: TokenType;
  at: number;
  text: string;
}

/** A token as parse errors name it. */
export function describe(token: Token): string {
  if (token.type === 'eof') return 'EOF';
  if (token.type === 'error') return token.text;
  if (keywords.has(token.type) || token.type === 'dot') return `<${token.text}>`;
  if (byteLength(token.text) <= 10) return quote(token.text);
  return `${quote([...token.text].slice(0, 10).join(''))}...`;
}
