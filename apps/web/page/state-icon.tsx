import type { State } from '../model/row.ts';
import { stateWords } from './words.ts';

/** Each state has a shape of its own, so that nobody needs to see colours. */
const shapes: Record<State, string> = {
  ready: 'M3.5 8.5l3 3 6-7',
  failing: 'M4.5 4.5l7 7m0-7l-7 7',
  waiting: 'M8 2a6 6 0 1 0 .01 0zM8 5v3.5l2.5 1.5',
  progressing: 'M4 8a4 4 0 1 1 4 4',
  suspended: 'M6 4.5v7m4-7v7',
  unknown: 'M5.5 6a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.5M8 12.5h.01',
};

interface Props {
  state: State;
  /** The word stands beside it: nobody is to hear it twice. */
  isNamed?: boolean;
}

export function StateIcon({ state, isNamed = false }: Props) {
  return <Icon name={state} shape={shapes[state]} label={stateWords[state]} isNamed={isNamed} />;
}

/** Of what was told, which is good news only where its words say so. */
export function SeverityIcon({ isTrouble }: { isTrouble: boolean }) {
  return isTrouble ? (
    <Icon name="failing" shape={shapes.failing} label="Warning" />
  ) : (
    <Icon name="told" shape="M8 7a1 1 0 1 0 .01 0z" label="Information" />
  );
}

interface IconProps {
  /** In the style sheet. */
  name: string;
  shape: string;
  label: string;
  isNamed?: boolean;
}

function Icon({ name, shape, label, isNamed = false }: IconProps) {
  return (
    <svg class={`state ${name}`} viewBox="0 0 16 16" role="img" aria-label={label} aria-hidden={isNamed}>
      <path d={shape} />
    </svg>
  );
}
