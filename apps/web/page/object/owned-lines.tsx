import './owned-lines.css';
import { useState } from 'preact/hooks';
import { withHiddenShown } from '../../model/hidden-characters.ts';
import type { Manager, OwnedYaml } from '../../model/owned-yaml.ts';
import { now, tell } from '../store.ts';
import { ago, exactly } from '../words.ts';

/** Hues in which owners differ; those after them begin again, and have names all the same. */
const hues = 6;

/** Lines that are drawn before somebody asks for more. */
const first = 3000;

interface Props {
  yaml: OwnedYaml;
  /** What the owners are to the lines: `Owned by`. */
  relation: string;
  /** What is said of lines without any. */
  nobody: string;
}

/** YAML with whose each line is; what one of them has can be highlighted. */
export function OwnedText({ yaml, relation, nobody }: Props) {
  const [only, setOnly] = useState<number>();
  const text = `${yaml.runs.flatMap(({ lines }) => lines).join('\n')}\n`;
  const choose = (place: number) => setOnly(only === place ? undefined : place);
  return (
    <section>
      <div class="yaml-bar">
        <Managers managers={yaml.managers} only={only} choose={choose} />
        <button type="button" onClick={() => copy(text)}>
          Copy YAML
        </button>
      </div>
      <Lines yaml={yaml} relation={relation} nobody={nobody} only={only} />
    </section>
  );
}

interface ManagersProps {
  managers: Manager[];
  only: number | undefined;
  choose(place: number): void;
}

function Managers({ managers, only, choose }: ManagersProps) {
  return (
    <fieldset class="managers" aria-label="Highlight what is of">
      {managers.map((manager, i) => (
        <button
          key={i}
          type="button"
          class={`hue-${i % hues}`}
          aria-pressed={only === i}
          title={[manager.operation, manager.at && `last ${exactly(manager.at)}`].filter(Boolean).join(', ')}
          onClick={() => choose(i)}
        >
          {nameOf(manager)} <small>{ago(manager.at, now.value)}</small>
        </button>
      ))}
    </fieldset>
  );
}

const nameOf = ({ name, subresource }: Manager) => (subresource ? `${name} (${subresource})` : name);

function Lines({
  yaml: { managers, runs, left },
  relation,
  nobody,
  only,
}: Props & { only: number | undefined }) {
  const [most, setMost] = useState(first);
  let drawn = 0;
  const shown = runs.filter(({ lines }) => (drawn += lines.length) - lines.length < most);
  const hidden = Math.max(0, drawn - most);
  const label = `YAML, each line with what it is ${relation.toLowerCase()}`;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section class="owned" tabIndex={0} aria-label={label}>
        {shown.map(({ lines, owners }, i) => {
          const names = owners.map(owner => nameOf(managers[owner]!));
          const isAside = only !== undefined && !owners.includes(only);
          return (
            <div
              key={i}
              class={`run ${owners.length > 0 ? `hue-${owners[0]! % hues}` : ''} ${isAside ? 'aside' : ''}`}
              title={names.length > 0 ? `${relation} ${names.join(' and ')}` : nobody}
            >
              <span class="owner">{names.join(', ')}</span>
              <code>{withHiddenShown(lines.join('\n'))}</code>
            </div>
          );
        })}
      </section>
      {hidden > 0 && (
        <button type="button" onClick={() => setMost(most * 4)}>
          Show more: {hidden} lines are left
        </button>
      )}
      {left > 0 && (
        <p class="nothing">{left} more lines are too many to be shown: kubectl get -o yaml has them.</p>
      )}
    </>
  );
}

function copy(text: string): void {
  // Browsers have a clipboard only where the page came over TLS, or from this machine.
  const written =
    navigator.clipboard?.writeText(text) ??
    Promise.reject(new Error('this page may not write to the clipboard'));
  written.then(() => tell('YAML copied')).catch((error: Error) => tell(`Not copied: ${error.message}`, true));
}
