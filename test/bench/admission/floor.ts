// What HTTPS on this machine costs by itself: reads each request whole and answers that it is allowed.
// Arguments: PORT FOLDER NAME. Its certificate, for NAME, is left in FOLDER as floor.crt.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { openssl } from '../egress/contestants.ts';

const [port = '', folder = '', name = ''] = process.argv.slice(2);
const [key, cert] = [join(folder, 'floor.key'), join(folder, 'floor.crt')];
openssl(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=floor', '-addext', `subjectAltName=DNS:${name}`, '-keyout', key, '-out', cert]);
const answer = JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid: '705ab4f5-6393-11e8-b7cc-42010a800002', allowed: true } });

const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
  request.resume().on('end', () => response.setHeader('content-type', 'application/json').end(answer));
});
server.keepAliveTimeout = 120_000;
server.listen(Number(port), '127.0.0.1');
