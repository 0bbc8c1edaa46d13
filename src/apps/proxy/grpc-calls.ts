import { GrpcStatus } from '../../core/traffic/grpc/status.ts';
import type { TreatmentKind } from './treatments.ts';

/** What is done with calls of `grpc` tools: their status is read. */
export const grpcCalls: TreatmentKind = {
  applies: ({ protocol }) => protocol === 'grpc',
  make: () => ({ answer: new GrpcStatus() }),
};
