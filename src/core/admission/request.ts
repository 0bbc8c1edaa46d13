/** `AdmissionReview.request` of admission.k8s.io/v1, as far as we read it. `object` and `oldObject` are hostile until read. */
export interface AdmissionRequest {
  readonly uid: string;
  /** Of the object that was sent: with `pods/exec` it is `PodExecOptions`, with `pods/binding` it is `Binding`. */
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  /** Where it was sent to; with `subResource` it says what is asked. */
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  readonly subResource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly userInfo?: { readonly username?: string; readonly groups?: readonly string[] };
  readonly dryRun?: boolean;
  readonly object?: unknown;
  readonly oldObject?: unknown;
  /** Of the operation itself, such as DeleteOptions; hostile until read. */
  readonly options?: unknown;
}
