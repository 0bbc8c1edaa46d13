import { describe, expect, test } from 'vitest';
import { readClusterDomain, readImage, readReplicas, readResolver } from '../../../../src/apps/cli/install/read-flags.ts';

const DIGEST = `sha256:${'0a'.repeat(32)}`;

describe('what install is told', () => {
  test.each([`registry.example.com/sallyport@${DIGEST}`, `registry.example.com:5000/team/sallyport:1.2.3@${DIGEST}`, 'sallyport:test', 'sallyport'])('takes the image %s', (image) => {
    expect(readImage(image)).toBe(image);
  });

  test.each(['', 'Sallyport:1', 'registry.example.com/', 'a b', 'sallyport@sha256:12', 'https://registry.example.com/sallyport:1 ', 'sallyport:'])('refuses the image %o, with the form that it expects', (image) => {
    expect(() => readImage(image)).toThrow('Expected NAME:TAG or, better, NAME@sha256: and 64 hexadecimal digits.');
  });

  test.each([
    [readReplicas, ['0', '-1', '100', '3.5', 'three', ''], 'Expected a number from 1 to 99.'],
    [readResolver, ['dns.example', '10.96.0', '10.96.0.10:53'], "Expected an IP address, such as the ClusterIP of the cluster's DNS service."],
    [readClusterDomain, ['cluster.local.', 'Cluster.local', '-a.example', 'a..b', ''], 'Expected a DNS domain in lower case without a dot at its end, such as cluster.local.'],
  ])('%o refuses what would only show once pods do not start', (reader, texts, message) => {
    for (const text of texts) expect(() => reader(text), text).toThrow(message);
  });

  test('takes numbers, addresses and domains as they are', () => {
    expect([readReplicas('3'), readResolver('2001:db8::a'), readClusterDomain('k8s.example')]).toEqual([3, '2001:db8::a', 'k8s.example']);
  });
});
