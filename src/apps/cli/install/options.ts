export interface InstallOptions {
  /** One image for the webhook, the controller and what is injected. */
  readonly image?: string;
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  /** Of the webhook. */
  readonly replicas?: number;
  /** Address of the cluster's DNS server; the webhook finds it in its own pod where this is absent. */
  readonly resolver?: string;
  readonly clusterDomain?: string;
  /** Who may change the labels of namespaces that take agents; absent: the group `system:masters` alone. */
  readonly guardUser?: readonly string[];
  readonly guardGroup?: readonly string[];
  /** The webhook's certificate is made by cert-manager, and not by the webhook. */
  readonly certManager?: boolean;
}

/** Cannot be pulled, and shows the form: by digest, since a tag can come to mean another image. */
export const PLACEHOLDER_IMAGE = `registry.example.com/sallyport@sha256:${'0'.repeat(64)}`;

export const USUAL_CLUSTER_DOMAIN = 'cluster.local';
