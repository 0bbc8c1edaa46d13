export type CertificateFaultCode = 'name-invalid' | 'authority-expired' | 'authority-foreign' | 'pem-invalid' | 'key-mismatch' | 'directory-unusable';

/** What went wrong in making, reading or keeping certificates; the message says what was expected and what was found. */
export class CertificateFault extends Error {
  override readonly name = 'CertificateFault';
  readonly code: CertificateFaultCode;

  constructor(code: CertificateFaultCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
