import { modelCalls } from './model-calls.ts';
import type { TreatmentKind } from './treatments.ts';

/** In the order in which requests pass them. */
export const standardTreatments: readonly TreatmentKind[] = [modelCalls];
