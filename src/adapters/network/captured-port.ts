/** One port that agents call, and the proxy's listener that stands for it: the rewriting loses the original port. */
export interface CapturedPort {
  readonly port: number;
  readonly listener: number;
}

/** Reads `PORT:LISTENER`, as in `443:15002`; undefined for anything else. */
export function readCapturedPort(text: string): CapturedPort | undefined {
  const [port, listener, ...rest] = text.split(':').map(readPort);
  return port === undefined || listener === undefined || rest.length > 0 ? undefined : { port, listener };
}

/** A decimal TCP port from 1 to 65535; undefined for anything else. */
export function readPort(text: string): number | undefined {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? port : undefined;
}
