import { grpcCalls } from './grpc-calls.ts';
import { McpCalls, type McpCallsParts } from './mcp-calls.ts';
import { modelCalls } from './model-calls.ts';
import type { TreatmentKind } from './treatments.ts';

/** In the order in which requests pass them. */
export const standardTreatments = (parts: McpCallsParts): readonly TreatmentKind[] => [grpcCalls, modelCalls, new McpCalls(parts)];
