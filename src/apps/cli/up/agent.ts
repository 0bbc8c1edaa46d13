import { spawn } from 'node:child_process';
import { agentEnvironment } from '../../../core/injection/agent-environment.ts';
import type { AgentLine } from './expected.ts';

export interface AgentSurroundings {
  readonly script: string;
  readonly proxyPort: number;
  /** File with the pod CA's certificate. */
  readonly caFile: string;
  readonly trackerUrl: string;
}

const PATIENCE = 60_000;

/** Runs the sample agent with the environment that injected containers get, and gives back what it printed. */
export function runAgent({ script, proxyPort, caFile, trackerUrl }: AgentSurroundings): Promise<AgentLine[]> {
  const env = { PATH: process.env['PATH'], TRACKER_URL: trackerUrl, ...agentEnvironment(`http://127.0.0.1:${proxyPort}`, caFile) };
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: PATIENCE });
  let [printed, said] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => { printed += part; });
  child.stderr.setEncoding('utf8').on('data', (part: string) => { said += part; });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(printed.trim().split('\n').map((line) => JSON.parse(line) as AgentLine));
      else reject(new Error(`the sample agent ended with ${code}: ${said.trim()}`));
    });
  });
}
