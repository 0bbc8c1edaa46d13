import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';

/* What would only show once pods do not start is refused here. Each throws commander's error, which says what was expected. */

/** A reference as container runtimes read it: `[REGISTRY/]NAME[:TAG][@DIGEST]`. */
export function readImage(text: string): string {
  if (!/^[a-z0-9][a-z0-9._/:-]*[a-z0-9](:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/.test(text)) {
    throw new InvalidArgumentError('Expected NAME:TAG or, better, NAME@sha256: and 64 hexadecimal digits.');
  }
  return text;
}

export function readReplicas(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('Expected a number from 1 to 99.');
  return Number(text);
}

export function readResolver(text: string): string {
  if (isIP(text) === 0) throw new InvalidArgumentError("Expected an IP address, such as the ClusterIP of the cluster's DNS service.");
  return text;
}

export function readClusterDomain(text: string): string {
  if (text.length > 200 || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text)) {
    throw new InvalidArgumentError('Expected a DNS domain in lower case without a dot at its end, such as cluster.local.');
  }
  return text;
}
