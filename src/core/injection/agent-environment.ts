const NOT_PROXIED = 'localhost,127.0.0.1,::1';

/** Variables by which common runtimes find the certificate authorities they trust. */
const CA_VARIABLES = [
  'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO', 'PIP_CERT', 'AWS_CA_BUNDLE',
  'DENO_CERT', 'CARGO_HTTP_CAINFO', 'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH',
];

/**
 * What common runtimes read to find the proxy (a URL) and to trust its CA (a PEM file), in a pod and on this machine alike.
 * Convenience alone: the capture is what enforces, and a runtime that reads none of these is captured.
 */
export function agentEnvironment(proxy: string, caFile: string): Readonly<Record<string, string>> {
  return {
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    NO_PROXY: NOT_PROXIED,
    http_proxy: proxy,
    https_proxy: proxy,
    no_proxy: NOT_PROXIED,
    NODE_USE_ENV_PROXY: '1',
    ...Object.fromEntries(CA_VARIABLES.map((name) => [name, caFile])),
  };
}
