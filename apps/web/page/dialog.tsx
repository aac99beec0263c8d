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
  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    // One that is only taken away gives no focus back.
    return () => element.close();
  }, []);
  return (
    <dialog ref={dialog} class={name} onClose={leave} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
