import './yaml.css';
import { useState } from 'preact/hooks';
import type { Look } from '../../model/look.ts';
import type { Manager, OwnedYaml } from '../../model/owned-yaml.ts';
import { now, tell } from '../store.ts';
import { ago, exactly } from '../words.ts';
import { query } from './named.ts';
import { useAnswer } from './use-answer.ts';

/** Hues in which managers differ; those after them begin again, and have names all the same. */
const hues = 6;

/** Lines that are drawn before somebody asks for more. */
const first = 3000;

/** The object as it is, and who owns which line. */
export function Yaml({ row, yaml }: Look) {
  const { value, problem, waiting } = useAnswer<OwnedYaml>(`/api/yaml?${query()}`, yaml);
  const [only, setOnly] = useState<number>();
  if (problem) return <p class="banner">{problem}</p>;
  if (!value) return waiting ? <p class="nothing">Reading {row.name} …</p> : null;
  const { managers, runs } = value;
  const text = `${runs.flatMap(({ lines }) => lines).join('\n')}\n`;
  const choose = (place: number) => setOnly(only === place ? undefined : place);
  return (
    <section class="yaml">
      <div class="yaml-bar">
        <Managers managers={managers} only={only} choose={choose} />
        <button type="button" onClick={() => copy(text)}>
          Copy YAML
        </button>
      </div>
      <Lines yaml={value} only={only} />
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
    <fieldset class="managers" aria-label="Highlight what a manager owns">
      {managers.map((manager, i) => (
        <button
          key={i}
          type="button"
          class={`hue-${i % hues}`}
          aria-pressed={only === i}
          title={`${manager.operation}${manager.at && `, last ${exactly(manager.at)}`}`}
          onClick={() => choose(i)}
        >
          {nameOf(manager)} <small>{ago(manager.at, now.value)}</small>
        </button>
      ))}
    </fieldset>
  );
}

const nameOf = ({ name, subresource }: Manager) => (subresource ? `${name} (${subresource})` : name);

function Lines({ yaml: { managers, runs, left }, only }: { yaml: OwnedYaml; only: number | undefined }) {
  const [most, setMost] = useState(first);
  let drawn = 0;
  const shown = runs.filter(({ lines }) => (drawn += lines.length) - lines.length < most);
  const hidden = Math.max(0, drawn - most);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section class="owned" tabIndex={0} aria-label="YAML, with who owns each field">
        {shown.map(({ lines, owners }, i) => {
          const names = owners.map(owner => nameOf(managers[owner]!));
          const isAside = only !== undefined && !owners.includes(only);
          return (
            <div
              key={i}
              class={`run ${owners.length > 0 ? `hue-${owners[0]! % hues}` : ''} ${isAside ? 'aside' : ''}`}
              title={names.length > 0 ? `Owned by ${names.join(' and ')}` : 'No manager owns this by name'}
            >
              <span class="owner">{names.join(', ')}</span>
              <code>{lines.join('\n')}</code>
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
