import type { Page } from 'playwright-core';

/** Texts that are drawn over others, or out of their row, and whether there is more than fits the width of the window. */
const script = `(() => {
  const faults = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) faults.push('the page is ' + (scrollWidth - clientWidth) + ' pixels too wide');
  const textsIn = one => [...one.childNodes].filter(node => node.nodeType === 3 && node.textContent.trim() !== '');
  const boxOf = one => {
    const range = document.createRange();
    const boxes = textsIn(one).map(node => (range.selectNodeContents(node), range.getBoundingClientRect()));
    let left = Math.min(...boxes.map(box => box.left));
    let right = Math.max(...boxes.map(box => box.right));
    const [top, bottom] = [Math.min(...boxes.map(box => box.top)), Math.max(...boxes.map(box => box.bottom))];
    // What it is in cuts it.
    for (let above = one; above !== document.body; above = above.parentElement) {
      if (getComputedStyle(above).overflowX === 'visible') continue;
      const box = above.getBoundingClientRect();
      [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
    }
    return { one, left, right, top, bottom };
  };
  const boxes = [...document.querySelectorAll('header *, .filters *, .row *')]
    .filter(one => !one.closest('.unseen, option') && one.checkVisibility() && textsIn(one).length > 0)
    .map(boxOf)
    .filter(({ left, right }) => right - left > 1);
  const words = ({ one }) => one.textContent.trim().slice(0, 20);
  boxes.forEach((a, i) => {
    for (const b of boxes.slice(i + 1)) {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 1 && down > 4) faults.push(words(a) + ' lies over ' + words(b));
    }
    const row = a.one.closest('.row')?.getBoundingClientRect();
    if (row && (a.top < row.top + 5 || a.bottom > row.bottom - 5)) faults.push(words(a) + ' touches the edge of its row');
  });
  return faults;
})()`;

/** What is wrong with how a list lies in its window. */
export const layoutFaults = (page: Page): Promise<string[]> => page.evaluate(script);
