import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the repository, or of the installed package: above `src/` and `dist/` alike. */
const ROOT = new URL('../../../../', import.meta.url);

/** What to type for `sallyport`, and where the samples lie: as a person who reads it can type them. */
export interface Whereabouts {
  readonly program: string;
  sample(name: string): string;
}

/** In a checkout nothing is installed, and paths are from its folder; a package has no `src`, and may lie anywhere. */
export function whereabouts(checkout = existsSync(new URL('src', ROOT))): Whereabouts {
  return checkout
    ? { program: 'npm run -s sallyport --', sample: (name) => `deploy/samples/${name}` }
    : { program: 'sallyport', sample };
}

/** Path of a file in `deploy/samples`, which lies beside `src` and, in the package, beside `dist`. */
export function sample(name: string): string {
  return fileURLToPath(new URL(`deploy/samples/${name}`, ROOT));
}
