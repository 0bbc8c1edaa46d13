import type { FieldLimits } from '../../../core/traffic/http2/field-list.ts';

/** As for heads of HTTP/1.1. */
export const FIELD_LIMITS: FieldLimits = { fields: 100, bytes: 65_536 };
