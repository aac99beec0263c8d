import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { gzip } from '@millrace/gzip';
import { percentile, printTable } from './table.ts';

const rounds = 5;

/** Prints its milliseconds; the compressed bytes go to a file. */
const inGo = `package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"time"
)

func main() {
	in, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	for range ${rounds} {
		var out bytes.Buffer
		start := time.Now()
		w := gzip.NewWriter(&out)
		w.Write(in)
		w.Close()
		fmt.Println(float64(time.Since(start).Microseconds()) / 1000)
		os.WriteFile(os.Args[2], out.Bytes(), 0o600)
	}
}
`;

/** Megabytes a second of text, beside zlib and, where there is one on the PATH, Go in the same run. */
export async function run(): Promise<void> {
  const text = sample();
  const rows = [
    rowOf(
      '@millrace/gzip',
      text,
      timed(() => gzip(text)),
    ),
    rowOf(
      'node:zlib',
      text,
      timed(() => gzipSync(text)),
    ),
  ];
  if (spawnSync('go', ['version']).status === 0) rows.push(go(text));
  else console.log('There is no go on the PATH: nothing to compare the bytes with.');
  printTable(['compressor', 'MB/s', 'packed bytes', 'bytes as ours'], rows);
}

/** Manifests as they are: much the same, and never quite. */
function sample(): Buffer {
  const manifest = (i: number) =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-${i}\n  labels: {team: "${(i * 7919) % 1009}"}\nspec:\n  replicas: ${i % 9}\n---\n`;
  return Buffer.from(Array.from({ length: 120_000 }, (_, i) => manifest(i)).join(''));
}

interface Timed {
  times: number[];
  packed: Uint8Array;
}

function timed(compress: () => Uint8Array): Timed {
  const times: number[] = [];
  let packed = new Uint8Array();
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    packed = new Uint8Array(compress());
    times.push(performance.now() - start);
  }
  return { times, packed };
}

function rowOf(name: string, text: Buffer, { times, packed }: Timed): string[] {
  const speed = text.length / 1000 / percentile(times, 0.5);
  const same = Buffer.from(packed).equals(gzip(text)) ? 'yes' : 'no';
  return [name, speed.toFixed(0), String(packed.length), same];
}

function go(text: Buffer): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  try {
    const [source, input, output] = ['main.go', 'input', 'output'].map(name => join(folder, name));
    writeFileSync(source!, inGo);
    writeFileSync(input!, text);
    const printed = execFileSync('go', ['run', source!, input!, output!], { encoding: 'utf8' });
    const times = printed.trim().split('\n').map(Number);
    return rowOf('compress/gzip of Go', text, { times, packed: readFileSync(output!) });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
