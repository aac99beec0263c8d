import { memo } from 'preact/compat';
import { plainText, spansOf } from '../../model/ansi.ts';
import { withHiddenShown } from '../../model/hidden-characters.ts';
import type { Block, Entry } from '../../model/log-buffer.ts';

export interface LogStyle {
  /** Of a source, what stands before its lines; none where there is one source only. */
  prefixes: ReadonlyMap<string, string>;
  timestamps: boolean;
  /** In lower case; empty for none. */
  find: string;
  /** Only lines in which it is found. */
  only: boolean;
}

export const isFound = ({ text }: Entry, find: string): boolean =>
  plainText(text).toLowerCase().includes(find);

/** Lines that came together. They are drawn again when they, or their style, are others. */
export const LogBlock = memo(({ block, style }: { block: Block; style: LogStyle }) => {
  const { find, only } = style;
  const shown = only && find ? block.entries.filter(entry => isFound(entry, find)) : block.entries;
  if (shown.length === 0) return null;
  return (
    <div>
      {shown.map(entry => (
        <Line key={entry.id} entry={entry} style={style} />
      ))}
    </div>
  );
});

function Line({ entry, style: { prefixes, timestamps, find } }: { entry: Entry; style: LogStyle }) {
  const prefix = prefixes.get(entry.source);
  return (
    <p>
      {timestamps && <time>{entry.time} </time>}
      {prefix && (
        <span class="source" title={entry.source}>
          {prefix}{' '}
        </span>
      )}
      {find && isFound(entry, find) ? (
        <Marked text={withHiddenShown(plainText(entry.text))} find={find} />
      ) : (
        <Styled text={entry.text} />
      )}
    </p>
  );
}

function Styled({ text }: { text: string }) {
  return (
    <>
      {spansOf(withHiddenShown(text)).map(({ text: piece, look }, i) =>
        look.length === 0 ? (
          piece
        ) : (
          <span key={i} class={look.join(' ')}>
            {piece}
          </span>
        ),
      )}
    </>
  );
}

/** With what is looked for marked. Letters that are longer in lower case move the marks of their line, and no more. */
function Marked({ text, find }: { text: string; find: string }) {
  const lower = text.toLowerCase();
  const pieces = [];
  let start = 0;
  for (let at = lower.indexOf(find); at >= 0; at = lower.indexOf(find, start)) {
    pieces.push(text.slice(start, at), <mark key={at}>{text.slice(at, at + find.length)}</mark>);
    start = at + find.length;
  }
  return (
    <>
      {pieces}
      {text.slice(start)}
    </>
  );
}
