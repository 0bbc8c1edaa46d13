import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../repository/imports.ts';

/** The image that the cluster suite installs: Debian, node and what `npm pack` packs. It also has curl and Python, so that it serves as an agent's image too. */
export const IMAGE = 'sallyport.test/sallyport:test';

const PACKAGES = 'ca-certificates,nftables,iproute2,curl,python3';

/**
 * Builds the image and imports it into the cluster with the `image` program of `SALLYPORT_CLUSTER_TOOLS`.
 *
 * `trusted` are PEM certificates that join the image's trust store, as a company's own roots would.
 */
export function buildImage(trusted: readonly string[]): string {
  const work = mkdtempSync(join(tmpdir(), 'sallyport-image-'));
  try {
    const rootfs = join(work, 'rootfs');
    run('mmdebstrap', ['--quiet', '--variant=minbase', `--include=${PACKAGES}`, 'bookworm', rootfs]);
    cpSync(join(ROOT, 'node_modules/node/bin/node'), join(rootfs, 'usr/local/bin/node'));
    installPackage(work, rootfs);
    trust(rootfs, trusted);
    run(join(clusterTools(), 'image'), [IMAGE, rootfs, '--cmd', '["/usr/local/bin/sallyport"]', '--user', '65532']);
    return IMAGE;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function installPackage(work: string, rootfs: string): void {
  run('npm', ['run', '--silent', 'build'], ROOT);
  run('npm', ['pack', '--silent', '--pack-destination', work], ROOT);
  const archive = readdirSync(work).find((name) => name.endsWith('.tgz')) ?? '';
  const place = join(rootfs, 'opt/sallyport');
  mkdirSync(place, { recursive: true });
  run('npm', ['install', '--silent', '--omit=dev', '--no-audit', '--no-fund', '--prefix', place, join(work, archive)]);
  cpSync(join(ROOT, 'deploy/sallyport'), join(rootfs, 'usr/local/bin/sallyport'));
  chmodSync(join(rootfs, 'usr/local/bin/sallyport'), 0o755);
}

function trust(rootfs: string, trusted: readonly string[]): void {
  const folder = join(rootfs, 'usr/local/share/ca-certificates');
  mkdirSync(folder, { recursive: true });
  for (const [index, pem] of trusted.entries()) writeFileSync(join(folder, `test-${index}.crt`), pem);
  run('chroot', [rootfs, 'update-ca-certificates']);
}

/** The folder with `up`, `down` and `image`. */
export function clusterTools(): string {
  const folder = process.env['SALLYPORT_CLUSTER_TOOLS'] ?? '';
  if (!existsSync(join(folder, 'image'))) throw new Error('SALLYPORT_CLUSTER_TOOLS must name the folder with the `image` program that imports a root file system into the cluster');
  return folder;
}

function run(command: string, args: readonly string[], cwd?: string): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], ...(cwd ? { cwd } : {}) });
}
