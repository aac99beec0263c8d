import { type DiffLine, diffLines } from '@millrace/line-diff';
import { signal } from '@preact/signals';
import { useMemo, useState } from 'preact/hooks';
import { folded, type Pair, type Part, pairsOf, partsOf } from '../../model/diff-pairs.ts';
import { withHiddenShown } from '../../model/hidden-characters.ts';

/** Two columns are for those who have the room. */
const wide = matchMedia('(min-width: 900px)');
const isWide = signal(wide.matches);
wide.addEventListener('change', ({ matches }) => {
  isWide.value = matches;
});

interface Props {
  before: string;
  after: string;
  isSplit: boolean;
}

/** The lines of two texts; those far from what changes are folded. */
export function LineChanges({ before, after, isSplit }: Props) {
  const [whole, setWhole] = useState(false);
  const lines = useMemo(() => diffLines(linesIn(before), linesIn(after)), [before, after]);
  const shown = useMemo(() => folded(lines, whole), [lines, whole]);
  const isAside = isSplit && isWide.value && before !== '' && after !== '';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section class={`diff ${isAside ? 'split' : ''}`} tabIndex={0} aria-label="Lines that differ">
      {shown.map((part, i) =>
        'hidden' in part ? (
          <button type="button" class="fold" key={i} onClick={() => setWhole(true)}>
            {part.hidden} more {part.hidden === 1 ? 'line' : 'lines'}
          </button>
        ) : (
          <Block key={i} lines={part.lines} isSplit={isAside} />
        ),
      )}
    </section>
  );
}

const linesIn = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

function Block({ lines, isSplit }: { lines: DiffLine[]; isSplit: boolean }) {
  const pairs = pairsOf(lines);
  if (!isSplit) return <div class="block">{pairs.flatMap(unified)}</div>;
  return (
    <div class="block">
      {pairs.map((pair, i) => (
        <div class="pair" key={i}>
          <Line line={pair.before} parts={partsOf(pair, 'before')} />
          <Line line={pair.after} parts={partsOf(pair, 'after')} />
        </div>
      ))}
    </div>
  );
}

/** What goes stands before what comes in its place. */
function unified(pair: Pair, i: number) {
  const { before, after } = pair;
  if (before?.mark === ' ')
    return [<Line key={i} line={before} parts={[{ text: before.text, isOther: false }]} />];
  return [
    before && <Line key={`-${i}`} line={before} parts={partsOf(pair, 'before')} />,
    after && <Line key={`+${i}`} line={after} parts={partsOf(pair, 'after')} />,
  ];
}

function Line({ line, parts }: { line: DiffLine | undefined; parts: Part[] }) {
  if (!line) return <div class="line gap" />;
  const text = parts.map(({ text, isOther }, i) => {
    const shown = withHiddenShown(text);
    return isOther ? <mark key={i}>{shown}</mark> : shown;
  });
  if (line.mark === '-') return <del class="line">{text}</del>;
  if (line.mark === '+') return <ins class="line">{text}</ins>;
  return <div class="line">{text}</div>;
}
