/** A text with others below it. */
export interface Branch {
  text: string;
  below: Branch[];
}

/** Draw a tree with its root on the first line; every line ends with a line break. */
export function drawTree({ text, below }: Branch): string {
  return `${text}\n${drawBelow(below, '')}`;
}

function drawBelow(branches: Branch[], indent: string): string {
  return branches
    .map(({ text, below }, i) => {
      const last = i === branches.length - 1;
      const start = last ? '└── ' : '├── ';
      return `${indent}${start}${text}\n${drawBelow(below, indent + (last ? '    ' : '│   '))}`;
    })
    .join('');
}
