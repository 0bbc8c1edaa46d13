import type { AddressRange } from './authority.ts';

/* Names and numbers that people type, or on which parts of the house that do not import each other have to agree. */

export const API_GROUP = 'sallyport.dev';
export const API_VERSION = 'sallyport.dev/v1alpha1';

/** On a namespace: its pods are agents. */
export const AGENTS_LABEL = 'sallyport.dev/agents';
/** On a namespace: the profile for its pods. */
export const PROFILE_LABEL = 'sallyport.dev/profile';
/** On a pod: names the agent; the records and the policy of its pods go by it. */
export const AGENT_LABEL = 'sallyport.dev/agent';

/** On an injected pod: proves its sidecar once settings have moved on. */
export const RECEIPT_ANNOTATION = 'sallyport.dev/receipt';

/** Of Kubernetes: set by kubelets on what they show of static pods; the API server lets nobody add or remove it by an update. */
export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/** Where the webhook and the controller live. */
export const SYSTEM_NAMESPACE = 'sallyport-system';
/** Of the Deployment, Service and ServiceAccount alike; the webhook's also of the Lease by which one of its replicas writes. */
export const WEBHOOK = 'sallyport-webhook';
export const CONTROLLER = 'sallyport-controller';
/** Of the ValidatingWebhookConfiguration and the MutatingWebhookConfiguration. */
export const VALIDATING_CONFIGURATION = 'sandbox.sallyport.dev';
export const MUTATING_CONFIGURATION = 'inject.sallyport.dev';
/** Of the webhooks in the validating configuration that others than the installation speak of: the guard of namespaces, and the one whose rules follow the profiles. */
export const GUARD_WEBHOOK = 'guard.sallyport.dev';
export const TEMPLATES_WEBHOOK = 'listed.sandbox.sallyport.dev';
/** What the controller publishes for the webhook. */
export const TRUST_CONFIG_MAP = 'sallyport-trust';
/** What the webhook publishes of its injection: the public keys of receipts, and what sidecars are made with. */
export const INJECTION_CONFIG_MAP = 'sallyport-injection';
export const RECEIPT_KEY_SECRET = 'sallyport-receipt-key';
export const WEBHOOK_CERTIFICATE_SECRET = 'sallyport-webhook-tls';
export const CONTROLLER_CERTIFICATE_SECRET = 'sallyport-controller-tls';
export const LINK_KEY_SECRET = 'sallyport-link-key';
export const EVIDENCE_KEY_SECRET = 'sallyport-evidence-key';

/** Of the token by which a sidecar proves its pod to the controller. */
export const TOKEN_AUDIENCE = 'sallyport';

/** User and group of the proxy. The capture lets this user out, so nobody else may be it. */
export const PROXY_UID = 14_141;

/** The proxy's listeners in a pod: for who asks it, for what was captured on its way to ports 443 and 80, for its health, and for DNS. */
export const EXPLICIT_PORT = 15_001;
export const CAPTURED_443_PORT = 15_002;
export const CAPTURED_80_PORT = 15_003;
export const HEALTH_PORT = 15_020;
export const DNS_PORT = 15_053;

/** The servers' ports: for the API server, for sidecars, and for health and metrics of both. */
export const WEBHOOK_PORT = 9443;
export const CONTROLLER_PORT = 8443;
export const SERVER_HEALTH_PORT = 9090;

/** Addresses that stand for names where traffic is captured (RFC 2544 gave the block to laboratories): never dialled. */
export const SYNTHETIC_RANGE: AddressRange = { family: 4, base: 0xc612_0000n, length: 15, text: '198.18.0.0/15' };
