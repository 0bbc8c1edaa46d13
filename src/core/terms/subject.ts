/**
 * Who is acting: one agent, as the cluster (or `--agent NAMESPACE/NAME` without one) names it.
 *
 * `agent` is the pod's label `sallyport.dev/agent`, or the controller owner's name where the label is absent.
 * What stands here was proven by somebody else than the agent; nothing the agent says about itself gets in.
 */
export interface Subject {
  readonly namespace: string;
  readonly agent: string;
  readonly serviceAccount?: string;
  readonly pod?: string;
  /** The live pod's uid. */
  readonly uid?: string;
  /** The pod's labels; absent where no cluster vouches for any. */
  readonly labels?: Readonly<Record<string, string>>;
}
