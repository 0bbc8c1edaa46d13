import { McpCalls, type McpCallsParts } from './mcp-calls.ts';
import { modelCalls } from './model-calls.ts';
import type { TreatmentKind } from './treatments.ts';

/** In the order in which requests pass them. */
export const standardTreatments = (parts: McpCallsParts): readonly TreatmentKind[] => [modelCalls, new McpCalls(parts)];
