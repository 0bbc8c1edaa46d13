const REASONS = {
  400: 'BadRequest',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  408: 'Timeout',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  431: 'RequestEntityTooLarge',
} as const;

export type StatusCode = keyof typeof REASONS;

/** A Status (meta/v1): the one body of an error that the API server reads, and whose message reaches who asked it. */
export function failure(code: StatusCode, message: string): object {
  return { apiVersion: 'v1', kind: 'Status', status: 'Failure', message, reason: REASONS[code], code };
}
