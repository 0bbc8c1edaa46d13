/** What the installed objects are called; the manifests and the servers have to agree. */
export const SYSTEM_NAMESPACE = 'sallyport-system';

export const TRUST_CONFIG_MAP = 'sallyport-trust';
export const WEBHOOK_CERTIFICATE_SECRET = 'sallyport-webhook-tls';
export const CONTROLLER_CERTIFICATE_SECRET = 'sallyport-controller-tls';
export const LINK_KEY_SECRET = 'sallyport-link-key';
export const EVIDENCE_KEY_SECRET = 'sallyport-evidence-key';

/** Of the Deployment, Service and ServiceAccount alike. */
export const WEBHOOK = 'sallyport-webhook';
export const CONTROLLER = 'sallyport-controller';

/** Of the ValidatingWebhookConfiguration and the MutatingWebhookConfiguration. */
export const VALIDATING_CONFIGURATION = 'sandbox.sallyport.dev';
export const MUTATING_CONFIGURATION = 'inject.sallyport.dev';
