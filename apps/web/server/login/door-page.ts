import type { ServerResponse } from 'node:http';

/** A page before the door: a heading, what there is to say, and a way on. */
export function showDoorPage(
  response: ServerResponse,
  status: number,
  { title, words, link }: { title: string; words: string; link?: { to: string; label: string } },
): undefined {
  const way = link ? `<p><a class="way" href="${escaped(link.to)}">${escaped(link.label)}</a></p>` : '';
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)} · Millrace</title>
<link rel="icon" href="/assets/icon.svg">
<link rel="stylesheet" href="/assets/page.css">
</head>
<body>
<main class="door">
<img src="/assets/icon.svg" alt="" width="40" height="40">
<h1>${escaped(title)}</h1>
<p>${escaped(words)}</p>
${way}
</main>
</body>
</html>
`);
  return undefined;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
