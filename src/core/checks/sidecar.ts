/** Containers that injection owns, in their order. Under these names nothing else may run. */
export const SIDECAR_CONTAINERS: ReadonlySet<string> = new Set(['sallyport-capture', 'sallyport-proxy', 'sallyport-canary']);

/** Volumes that injection owns. */
export const SIDECAR_VOLUMES: ReadonlySet<string> = new Set(['sallyport-ca', 'sallyport-token', 'sallyport-journal']);
