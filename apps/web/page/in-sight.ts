import { useEffect, useRef } from 'preact/hooks';

/** A link of a row that may be wider than the page: the open one is in sight. */
export function useInSight(isOpen: boolean) {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (isOpen) link.current?.scrollIntoView({ inline: 'nearest', block: 'nearest' });
  }, [isOpen]);
  return link;
}
