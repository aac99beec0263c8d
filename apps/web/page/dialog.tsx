import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

interface Props {
  class?: string;
  title: ComponentChildren;
  /** Called when it is to go, however somebody has closed it. */
  leave(): void;
  children: ComponentChildren;
}

/** Asks for an answer before anything else can be done; the focus goes into it, and back to where it was. */
export function Dialog({ class: name, title, leave, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const isGone = useRef(false);
  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    return () => {
      isGone.current = true;
      // One that is only taken away gives no focus back.
      element.close();
    };
  }, []);
  // `close` comes a moment after the focus is back, and may meet the next dialog: Escape is heard at `cancel`.
  const left = () => {
    if (!isGone.current) leave();
  };
  return (
    <dialog ref={dialog} class={name} onCancel={left} onClose={left} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
