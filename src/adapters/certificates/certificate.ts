import { Buffer } from 'node:buffer';
import { createPublicKey, hash, randomBytes, sign, type KeyObject } from 'node:crypto';
import { bitString, boolean, explicit, implicit, integer, objectIdentifier, octetString, sequence, time } from './der.ts';
import { CertificateFault } from './fault.ts';
import { alternativeNames, distinguishedName, fitsCommonName, type SubjectNames } from './names.ts';

/** Milliseconds since the epoch; certificates keep whole seconds. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Who signs: a name, a P-256 private key and its identifier. */
export interface Issuer {
  readonly name: Buffer;
  readonly privateKey: KeyObject;
  readonly keyIdentifier: Buffer;
}

const SIGNATURE_ALGORITHM = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const VERSION_3 = explicit(0, integer(Uint8Array.of(2)));

const BASIC_CONSTRAINTS = objectIdentifier('2.5.29.19');
const KEY_USAGE = objectIdentifier('2.5.29.15');
const EXTENDED_KEY_USAGE = objectIdentifier('2.5.29.37');
const ALTERNATIVE_NAME = objectIdentifier('2.5.29.17');
const SUBJECT_KEY = objectIdentifier('2.5.29.14');
const AUTHORITY_KEY = objectIdentifier('2.5.29.35');

const CA_EXTENSIONS = Buffer.concat([
  extension(BASIC_CONSTRAINTS, sequence(boolean(true), integer(Uint8Array.of(0))), true),
  extension(KEY_USAGE, bitString(Uint8Array.of(0b0000_0110), 1), true),
]);
const SERVER_EXTENSIONS = Buffer.concat([
  extension(BASIC_CONSTRAINTS, sequence(), true),
  extension(KEY_USAGE, bitString(Uint8Array.of(0b1000_0000), 7), true),
  extension(EXTENDED_KEY_USAGE, sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))),
]);

/**
 * A self-signed CA certificate, DER, that may sign server certificates and no further CA (RFC 5280, section 4.2.1.9).
 *
 * @throws CertificateFault `name-invalid` where the name does not fit: an issuer may not be nameless.
 */
export function caCertificate(commonName: string, privateKey: KeyObject, validity: Validity): Buffer {
  if (!fitsCommonName(commonName)) throw new CertificateFault('name-invalid', `expected a common name of 1 to 64 characters, got ${JSON.stringify(commonName)}`);
  const issuer = issuerOf(commonName, privateKey);
  const extensions = [CA_EXTENSIONS, extension(SUBJECT_KEY, octetString(issuer.keyIdentifier))];
  return signed(issuer, issuer.name, publicKeyInfo(privateKey), validity, extensions);
}

/** The issuer that `caCertificate` made a certificate for, from the same name and key. */
export function issuerOf(commonName: string, privateKey: KeyObject): Issuer {
  return { name: distinguishedName(commonName), privateKey, keyIdentifier: keyIdentifier(publicKeyInfo(privateKey)) };
}

/**
 * A server's certificate, DER, for exactly the given names.
 *
 * The first name is the common name if it is short enough; otherwise the subject is empty and the alternative names are critical.
 */
export function serverCertificate(issuer: Issuer, names: SubjectNames, subjectKey: Buffer, validity: Validity): Buffer {
  const commonName = names.dnsNames[0] ?? names.ips[0];
  const extensions = [
    SERVER_EXTENSIONS,
    extension(ALTERNATIVE_NAME, alternativeNames(names), !fitsCommonName(commonName)),
    extension(SUBJECT_KEY, octetString(keyIdentifier(subjectKey))),
    extension(AUTHORITY_KEY, sequence(implicit(0, issuer.keyIdentifier))),
  ];
  return signed(issuer, distinguishedName(commonName), subjectKey, validity, extensions);
}

/** The SubjectPublicKeyInfo of a private key's public half, DER. */
export function publicKeyInfo(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
}

export function pem(label: 'CERTIFICATE', der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function signed(issuer: Issuer, subject: Buffer, subjectKey: Buffer, validity: Validity, extensions: readonly Buffer[]): Buffer {
  const body = sequence(
    VERSION_3,
    integer(serial()),
    SIGNATURE_ALGORITHM,
    issuer.name,
    sequence(time(validity.notBefore), time(validity.notAfter)),
    subject,
    subjectKey,
    explicit(3, sequence(...extensions)),
  );
  return sequence(body, SIGNATURE_ALGORITHM, bitString(sign('sha256', body, issuer.privateKey)));
}

function extension(identifier: Buffer, value: Buffer, critical = false): Buffer {
  return sequence(identifier, ...(critical ? [boolean(true)] : []), octetString(value));
}

// 16 random bytes, never zero: unique without a counter, and within the 20 bytes that RFC 5280, section 4.1.2.2, allows.
function serial(): Buffer {
  const bytes = randomBytes(16);
  bytes.writeUInt8(bytes.readUInt8(0) | 0x01, 0);
  return bytes;
}

// Method 1 of RFC 7093, section 2: the leftmost 160 bits of the SHA-256 of the key's bits.
function keyIdentifier(keyInfo: Buffer): Buffer {
  const P256_POINT = 65;
  return hash('sha256', keyInfo.subarray(-P256_POINT), 'buffer').subarray(0, 20);
}
