import { certificatesIn } from '../network/trust.ts';
import { InputFault } from './input-fault.ts';
import { readInput } from './input-file.ts';

/** The text of a file of PEM certificates that was named after `option`. Throws `InputFault`, `unfit` where there is none in it or one is broken. */
export async function readCertificatesFile(file: string, option: string): Promise<string> {
  const pem = await readInput(file, option);
  try {
    certificatesIn(pem);
    return pem;
  } catch (error) {
    throw new InputFault('unfit', `${option}: ${file}: expected PEM certificates, got something else or a broken one`, error);
  }
}
