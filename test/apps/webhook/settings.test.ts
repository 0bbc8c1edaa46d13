import { describe, expect, test } from 'vitest';
import { readResolvConf } from '../../../src/apps/webhook/resolv-conf.ts';
import { injectionBase } from '../../../src/apps/webhook/settings.ts';

const IN_CLUSTER = { KUBERNETES_SERVICE_HOST: '10.43.0.1', KUBERNETES_SERVICE_PORT: '443' };
const FLAGS = { image: 'registry.example.com/sallyport@sha256:0', imagePullPolicy: 'IfNotPresent' } as const;
const RESOLV_CONF = 'search sallyport-system.svc.k8s.example svc.k8s.example k8s.example corp.example\nnameserver 10.43.0.10\noptions ndots:5\n';

describe('what resolv.conf says of the cluster', () => {
  test.each([
    ['a pod of the kubelet', RESOLV_CONF, { nameServer: '10.43.0.10', clusterDomain: 'k8s.example' }],
    ['several servers', 'nameserver 192.0.2.1\nnameserver 192.0.2.2\n', { nameServer: '192.0.2.1' }],
    ['IPv6', 'nameserver 2001:db8::53', { nameServer: '2001:db8::53' }],
    ['comments, tabs and a trailing dot', '# nameserver 192.0.2.9\nnameserver\t192.0.2.1\nsearch a.svc.Cluster.Local. svc.Cluster.Local.\n', { nameServer: '192.0.2.1', clusterDomain: 'cluster.local' }],
    ['a server that is no address', 'nameserver dns.example\nnameserver 192.0.2.1', { nameServer: '192.0.2.1' }],
    ['two search lines, of which the last counts', 'search a.svc.one.example svc.one.example\nsearch a.svc.two.example svc.two.example', { clusterDomain: 'two.example' }],
    ['an ordinary machine', 'search corp.example\nnameserver 127.0.0.53', { nameServer: '127.0.0.53' }],
    ['an empty file', '', {}],
    ['nothing after svc.', 'search svc.', {}],
  ])('%s', (_, text, expected) => {
    expect(readResolvConf(text)).toEqual(expected);
  });
});

describe('what injection starts from', () => {
  test('is taken from the webhook\'s own pod', () => {
    expect(injectionBase(FLAGS, IN_CLUSTER, RESOLV_CONF)).toEqual({
      ...FLAGS,
      controllerUrl: 'https://sallyport-controller.sallyport-system.svc.k8s.example:8443',
      resolver: '10.43.0.10',
      clusterDomain: 'k8s.example',
      probes: ['tcp:10.43.0.1:443', 'udp:10.43.0.10:53'],
    });
  });

  test('is what the flags say, where they say it', () => {
    const flags = { ...FLAGS, resolver: '192.0.2.53', clusterDomain: 'other.example', controllerUrl: 'https://controller.example:1' };
    expect(injectionBase(flags, IN_CLUSTER, RESOLV_CONF)).toMatchObject({ resolver: '192.0.2.53', clusterDomain: 'other.example', controllerUrl: 'https://controller.example:1' });
  });

  test('is the usual outside of a cluster, whatever that machine resolves with', () => {
    expect(injectionBase(FLAGS, {}, 'nameserver 127.0.0.53')).toMatchObject({ resolver: '10.96.0.10', clusterDomain: 'cluster.local', probes: ['tcp:10.96.0.1:443', 'udp:10.96.0.10:53'] });
  });

  test('brackets IPv6', () => {
    expect(injectionBase({ ...FLAGS, resolver: 'fd00::a' }, { KUBERNETES_SERVICE_HOST: 'fd00::1' }, '').probes).toEqual(['tcp:[fd00::1]:443', 'udp:[fd00::a]:53']);
  });

  test('refuses a resolver that is no address', () => {
    expect(() => injectionBase({ ...FLAGS, resolver: 'kube-dns' }, {}, '')).toThrow('--resolver: expected an IP address, got "kube-dns"');
  });
});
