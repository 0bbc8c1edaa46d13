import { isDeepStrictEqual } from 'node:util';
import { compile } from '../../src/core/policy/compile.ts';
import { parseObjects, parsePolicies } from '../../src/core/policy/parse.ts';
import { EXAMPLES } from '../../src/core/policy/reference.ts';

export const name = 'policy-file';

export const seeds: Uint8Array[] = [...EXAMPLES, EXAMPLES.join('---\n')].map((text) => Buffer.from(text));

export const tokens: Uint8Array[] = ['when: x', 'hosts: []', '"*.', '- ', '{', '}', '[', ']', '&a ', '*a', '!!str ', 'yes', 'off', '010', '---\n', '__proto__: ', '<<: ', 'paths: [/**]', '\0'].map((text) => Buffer.from(text));

/** A file is read or has a problem with a position in it; what was read reads back as itself and compiles. */
export function target(bytes: Uint8Array): void {
  const text = Buffer.from(bytes).toString('utf8');
  const { policies, profiles, exemptions, problems } = parsePolicies([{ file: 'x', text }]);
  const lines = text.split('\n').length;
  for (const { line, column, message } of problems) {
    if (!(line >= 1 && line <= lines + 1 && column >= 1) || message === '') throw new Error(`a problem without a place: ${line}:${column} ${message}`);
  }
  if (problems.length > 0) return;
  if (policies.length + profiles.length + exemptions.length === 0) throw new Error('nothing was read and nothing is wrong');
  const again = parseObjects(JSON.parse(JSON.stringify([...policies, ...profiles, ...exemptions])) as unknown[], 'x');
  if (!isDeepStrictEqual(again, { policies, profiles, exemptions, problems: [] })) throw new Error('reads differently the second time');
  if ('problems' in compile(policies, { generation: 1 })) throw new Error('was read and does not compile');
}
