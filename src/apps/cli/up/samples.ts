import { readFileSync, writeFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { sample } from './whereabouts.ts';

/** Writes the sample policy with the port on which its tool really listens, comments kept. */
export function writeSamplePolicy(file: string, port: number): void {
  const policy = parseDocument(readFileSync(sample('policy.yaml'), 'utf8'));
  policy.setIn(['spec', 'tools', 0, 'http', 'ports', 0], port);
  writeFileSync(file, policy.toString({ lineWidth: 0 }));
}
