const NOT_PROXIED = 'localhost,127.0.0.1,::1';

/** Variables by which common runtimes find the certificate authorities they trust. */
const CA_VARIABLES = [
  'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO', 'PIP_CERT', 'AWS_CA_BUNDLE',
  'DENO_CERT', 'CARGO_HTTP_CAINFO', 'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH',
];

/** What the injected sidecar sets in a pod, for a program on this machine: the proxy's address, and its CA. */
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
