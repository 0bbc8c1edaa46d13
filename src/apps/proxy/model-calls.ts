import { treatLlm } from '../../core/traffic/llm/treatment.ts';
import type { CallTreatment, TreatedCall, TreatmentKind } from './treatments.ts';

/** Calls to models: what the policy strips is taken out of them, and their answers are metered. */
export const modelCalls: TreatmentKind = {
  applies: ({ protocol }) => protocol === 'llm',
  make: ({ action, facts }: TreatedCall): CallTreatment => {
    const message = action.messages?.find(({ kind }) => kind === 'llm');
    return message?.kind === 'llm' ? treatLlm(message, action.path, action.body?.json, facts.treatment.strip) ?? {} : {};
  },
};
