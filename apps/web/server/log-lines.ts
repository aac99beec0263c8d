import type { LogLine } from '../model/log.ts';

/** Characters of a line; a kubelet cuts at sixteen thousand too. */
const longest = 16 * 1024;

/** The lines of a log that is read with timestamps. What is longer than a line can be is cut. */
export async function* logLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<LogLine> {
  const decoder = new TextDecoder();
  let line = '';
  let isCut = false;
  const add = (text: string) => {
    if (!isCut) line += text;
    if (line.length <= longest) return;
    line = `${line.slice(0, longest)} … (cut)`;
    isCut = true;
  };
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      add(text.slice(start, end));
      yield parted(line);
      [line, isCut] = ['', false];
      start = end + 1;
    }
    add(text.slice(start));
  }
  if (line !== '') yield parted(line);
}

/** `2026-01-01T00:00:00.123456789Z text`. */
function parted(line: string): LogLine {
  const blank = line.indexOf(' ');
  const time = blank < 0 ? line : line.slice(0, blank);
  if (Number.isNaN(Date.parse(time)) || !time.includes('T')) return ['', line];
  return [time, blank < 0 ? '' : line.slice(blank + 1)];
}
