import { type Examples, type Failing, passing, specWith, stricter } from './example.ts';

const REFUSED = ['kernel.msgmax', 'net.core.somaxconn', 'net.ipv4.ip_forward', 'fs.mqueue.msg_max'];
const ALLOWED_BY_THE_STANDARD = [
  'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start', 'net.ipv4.ip_local_reserved_ports', 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes', 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem',
];

const setting = (name: string): Failing => specWith({ securityContext: { sysctls: [{ name, value: '1' }] } }, 'sysctl spec.securityContext.sysctls[0].name');

const settings = (names: readonly string[]): Record<string, Failing> => Object.fromEntries(names.map((name) => [name.replaceAll(/[._]/g, '-'), setting(name)]));

export const sysctls: Examples = {
  pass: { absent: passing({}), 'shm-rmid-forced': { pod: setting('kernel.shm_rmid_forced').pod } },
  fail: { ...settings(REFUSED), ...stricter(settings(ALLOWED_BY_THE_STANDARD)) },
};
