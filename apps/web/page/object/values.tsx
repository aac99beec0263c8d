import type { Look } from '../../model/look.ts';
import type { OwnedYaml } from '../../model/owned-yaml.ts';
import { query } from './named.ts';
import { OwnedText } from './owned-lines.tsx';
import { useAnswer } from './use-answer.ts';

/** The values of a release, and where each of them comes from. */
export function Values({ row, version }: Look) {
  const { value, problem } = useAnswer<OwnedYaml & { unread: string[] }>(`/api/values?${query()}`, version);
  if (problem) return <p class="trouble">{problem}</p>;
  if (!value) return <p class="nothing">Reading the values of {row.name} …</p>;
  return (
    <>
      {value.unread.map(why => (
        <p class="pending" key={why}>
          Not shown, for it cannot be read: {why}
        </p>
      ))}
      {value.runs.length === 0 ? (
        <p class="nothing">It is released with no values.</p>
      ) : (
        <OwnedText yaml={value} relation="From" nobody="From no place that could be read" />
      )}
    </>
  );
}
