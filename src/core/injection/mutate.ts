import type { AdmissionAnswer } from '../admission/answer.ts';
import type { AdmissionRequest } from '../admission/request.ts';
import type { InjectionSettings } from './settings.ts';

export interface MutationContext {
  /** Labels of the request's namespace; absent where they are not known, which reads as `enforce`. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  /** Absent while the cluster's trust is not known, which denies. */
  readonly settings?: InjectionSettings;
}

/** Injects into one pod that is being created (`/mutate`). Pure; never throws, whatever the object is. Only `enforce` injects. */
export function mutate(request: AdmissionRequest, context: MutationContext): AdmissionAnswer {
  throw new Error(`not yet: ${request.uid} ${String(context.settings)}`);
}
