import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ROOT } from '../../repository/imports.ts';
import { builtProgram, imageFlags } from './program.ts';

/** One way from the load to the upstream. */
export interface Contestant {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly port: number;
  /** The certificate that the load has to trust. */
  readonly caFile: string;
}

export interface Setting {
  readonly folder: string;
  readonly upstreamPort: number;
  /** CA that signed the upstream's certificate; its name is `localhost`. */
  readonly upstreamCa: string;
}

export async function ours(setting: Setting): Promise<Contestant> {
  const port = await freePort();
  const folder = join(setting.folder, 'sallyport');
  mkdirSync(folder);
  writeFileSync(join(folder, 'policy.yaml'), policy(setting.upstreamPort));
  const caFile = join(folder, 'ca.crt');
  const args = [...imageFlags(), builtProgram(), 'proxy', '--policy', join(folder, 'policy.yaml'), '--listen', `127.0.0.1:${port}`, '--journal', join(folder, 'journal'), '--ca-out', caFile, '--upstream-ca', setting.upstreamCa, '--resolve', 'localhost:127.0.0.1', '--agent', 'bench/agent', '--health', '127.0.0.1:0'];
  return { name: 'sallyport', command: process.execPath, args, port, caFile };
}

/** A hundred rules that do not match stand before the one that does, as in a policy that people really write. */
function policy(port: number): string {
  const rules = Array.from({ length: 100 }, (_, index) => ({ name: `rule-${index}`, allow: { methods: ['POST'], paths: [`/api/v${index}/items/*`] } }));
  return JSON.stringify({
    apiVersion: 'sallyport.dev/v1alpha1',
    kind: 'AgentPolicy',
    metadata: { name: 'bench', namespace: 'bench' },
    spec: { tools: [{ name: 'upstream', http: { hosts: ['localhost'], ports: [port], addresses: ['127.0.0.0/8'] }, access: 'read-only', rules, capture: { payload: 'full', limit: 16384 } }] },
  });
}

/** squid with ssl-bump (Debian's squid-openssl), its access log on, nothing cached. */
export async function squid(setting: Setting): Promise<Contestant | undefined> {
  const certgen = '/usr/lib/squid/security_file_certgen';
  if (!existsSync('/usr/sbin/squid') || !existsSync(certgen)) return undefined;
  const port = await freePort();
  const folder = join(setting.folder, 'squid');
  mkdirSync(folder);
  const caFile = join(folder, 'ca.pem');
  openssl(['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=squid', '-keyout', join(folder, 'ca.key'), '-out', caFile]);
  execFileSync(certgen, ['-c', '-s', join(folder, 'certificates'), '-M', '4MB'], { stdio: 'ignore' });
  writeFileSync(join(folder, 'squid.conf'), squidConfiguration(folder, port, setting));
  execFileSync('chmod', ['-R', 'a+rwX', setting.folder]);
  return { name: 'squid ssl-bump', command: '/usr/sbin/squid', args: ['-N', '-f', join(folder, 'squid.conf')], port, caFile };
}

function squidConfiguration(folder: string, port: number, setting: Setting): string {
  return [
    `http_port 127.0.0.1:${port} ssl-bump tls-cert=${join(folder, 'ca.pem')} tls-key=${join(folder, 'ca.key')} generate-host-certificates=on dynamic_cert_mem_cache_size=16MB`,
    `sslcrtd_program /usr/lib/squid/security_file_certgen -s ${join(folder, 'certificates')} -M 4MB`,
    'ssl_bump bump all',
    `tls_outgoing_options cafile=${setting.upstreamCa}`,
    'acl upstream dstdomain localhost',
    'http_access allow upstream',
    'http_access deny all',
    'cache deny all',
    `access_log stdio:${join(folder, 'access.log')}`,
    `cache_log ${join(folder, 'cache.log')}`,
    `pid_filename ${join(folder, 'squid.pid')}`,
    `coredump_dir ${folder}`,
    'shutdown_lifetime 1 seconds',
    'client_persistent_connections on',
    'server_persistent_connections on',
    '',
  ].join('\n');
}

/** mitmproxy from PyPI in a virtual environment; `MITMDUMP` names another. */
export async function mitmproxy(setting: Setting): Promise<Contestant | undefined> {
  const command = process.env['MITMDUMP'] ?? installMitmproxy();
  if (!command) return undefined;
  const port = await freePort();
  const folder = join(setting.folder, 'mitmproxy');
  mkdirSync(folder);
  const args = ['--quiet', '--listen-host', '127.0.0.1', '-p', String(port), '--set', `confdir=${folder}`, '--set', `ssl_verify_upstream_trusted_ca=${setting.upstreamCa}`];
  return { name: 'mitmproxy', command, args, port, caFile: join(folder, 'mitmproxy-ca-cert.pem') };
}

function installMitmproxy(): string | undefined {
  const place = join(ROOT, 'node_modules/.cache/mitmproxy');
  try {
    if (!existsSync(join(place, 'bin/mitmdump'))) {
      execFileSync('python3', ['-m', 'venv', place], { stdio: 'ignore' });
      execFileSync(join(place, 'bin/pip'), ['install', '--quiet', 'mitmproxy'], { stdio: 'ignore' });
    }
    return join(place, 'bin/mitmdump');
  } catch {
    return undefined;
  }
}

export function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
