import { hash } from 'node:crypto';

/** The public half of an evidence key, to which payloads are sealed: a JWK (RFC 7517) on P-256, named by its thumbprint. */
export interface EvidenceJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  /** Coordinates, 32 bytes each, base64url. */
  readonly x: string;
  readonly y: string;
  /** RFC 7638 thumbprint. */
  readonly kid: string;
}

/** Names a point and leaves out what else stands beside it, such as a private half. Whether it lies on the curve is for whoever seals to find out. */
export function evidenceJwk({ x, y }: { readonly x: string; readonly y: string }): EvidenceJwk {
  return { kty: 'EC', crv: 'P-256', x, y, kid: evidenceKeyId(x, y) };
}

/** By hand, because jose would cost an idle sidecar 8 MiB for this one line. */
export function evidenceKeyId(x: string, y: string): string {
  return hash('sha256', JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }), 'base64url');
}
