import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';

/** Path of a file in `deploy/samples`, which lies beside `src` and, in the package, beside `dist`. */
export function sample(name: string): string {
  return fileURLToPath(new URL(`../../../../deploy/samples/${name}`, import.meta.url));
}

/** Writes the sample policy with the port on which its tool really listens, comments kept. */
export function writeSamplePolicy(file: string, port: number): void {
  const policy = parseDocument(readFileSync(sample('policy.yaml'), 'utf8'));
  policy.setIn(['spec', 'tools', 0, 'http', 'ports', 0], port);
  writeFileSync(file, policy.toString({ lineWidth: 0 }));
}
