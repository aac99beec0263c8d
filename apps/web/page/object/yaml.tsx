import type { Look } from '../../model/look.ts';
import type { OwnedYaml } from '../../model/owned-yaml.ts';
import { query } from './named.ts';
import { OwnedText } from './owned-lines.tsx';
import { useAnswer } from './use-answer.ts';

/** The object as it is, and who owns which line. */
export function Yaml({ row, version }: Look) {
  const { value, problem, waiting } = useAnswer<OwnedYaml>(`/api/yaml?${query()}`, version);
  if (problem) return <p class="trouble">{problem}</p>;
  if (!value) return waiting ? <p class="nothing">Reading {row.name} …</p> : null;
  return <OwnedText yaml={value} relation="Owned by" nobody="No manager owns this by name" />;
}
