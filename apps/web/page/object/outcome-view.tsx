import { StateIcon } from '../state-icon.tsx';
import { dismiss, outcome, type Stage } from './outcome.ts';

const words: Record<Stage, string> = {
  waiting: 'waits for its turn',
  asking: 'being asked for',
  asked: 'asked for, not taken up yet',
  working: 'taken up',
  done: 'done',
  failed: 'failed',
};

const states = {
  waiting: 'waiting',
  asking: 'progressing',
  asked: 'progressing',
  working: 'progressing',
  done: 'ready',
  failed: 'failing',
} as const;

/** What was asked for, from the request to its end, as it happens. */
export function Outcome({ of }: { of: string }) {
  const steps = outcome.value;
  if (steps.at(-1)?.of !== of) return null;
  return (
    <div class="outcome" role="status">
      <ol>
        {steps.map(({ of: key, name, verb, stage, message }) => (
          <li key={key} class={stage}>
            <StateIcon state={states[stage]} />
            <span>
              <strong>
                {verb} {key.split('/')[0]} {name}
              </strong>{' '}
              {words[stage]}
              {message && <small>{message}</small>}
            </span>
          </li>
        ))}
      </ol>
      <button type="button" class="quiet" aria-label="Dismiss" onClick={dismiss}>
        ×
      </button>
    </div>
  );
}
