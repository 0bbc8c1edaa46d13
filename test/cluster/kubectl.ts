import { spawn } from 'node:child_process';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs kubectl against `KUBECONFIG` and waits for its end, whatever that is. */
export function kubectl(args: readonly string[], input?: string | object): Promise<Ended> {
  return run('kubectl', args, typeof input === 'object' ? JSON.stringify(input) : input);
}

/** The same, where anything but exit code 0 is a failure of the test. */
export async function mustKubectl(args: readonly string[], input?: string | object): Promise<string> {
  const ended = await kubectl(args, input);
  if (ended.code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${ended.code}: ${ended.err}`);
  return ended.out;
}

export function apply(...objects: readonly object[]): Promise<string> {
  return mustKubectl(['apply', '-f', '-'], { apiVersion: 'v1', kind: 'List', items: objects });
}

export function run(command: string, args: readonly string[], input?: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (part: string) => { out += part; });
    child.stderr.setEncoding('utf8').on('data', (part: string) => { err += part; });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, out, err }));
    // A program that ends before it has read everything says so by its exit code.
    child.stdin.on('error', () => undefined).end(input ?? '');
  });
}

/** Asks again until the answer is not undefined. */
export async function eventually<T>(what: string, seconds: number, ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
