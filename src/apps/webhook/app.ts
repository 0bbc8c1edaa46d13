import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler, type Response } from 'express';
import { admissionResponse, type AdmissionAnswer } from '../../core/admission/answer.ts';
import type { Guards } from '../../core/admission/context.ts';
import type { AdmissionRequest } from '../../core/admission/request.ts';
import { quoted } from '../../core/terms/quote.ts';
import { readAdmissionReview } from './admission-review.ts';
import type { Events } from './events.ts';
import { ReviewFault } from './fault.ts';
import { type Gate, mutateGate, undecided, validate } from './gate.ts';
import { guardGate } from './guard.ts';
import { GATE_NAMES, type GateName, type Metrics } from './metrics.ts';
import type { Facts, Log } from './ports.ts';
import { failure } from './status.ts';

/** The API server's own limit of an object (etcd's 1.5 MiB twice over, since an update carries the old one too). */
const LARGEST_BODY = 3 * 1024 * 1024;

/** What is decided later than this nobody waits for; the installed configurations ask within five seconds. */
const LONGEST_DECISION = 4_500;

export interface AppPorts {
  readonly facts: Facts;
  /** Who may change the labels by which namespaces take agents. */
  readonly guards: Guards;
  readonly metrics: Metrics;
  readonly events: Events;
  readonly log: Log;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

/** `POST /validate`, `/mutate` and `/guard`. Whatever cannot be read gets a 4xx and a Status; whatever cannot be decided is denied. */
export function createApp(ports: AppPorts): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple').enable('case sensitive routing').enable('strict routing');
  const gates: Readonly<Record<GateName, Gate>> = { validate, mutate: mutateGate, guard: guardGate(ports.guards, ports.clock) };
  for (const name of GATE_NAMES) app.post(`/${name}`, requireJson, readBody, answer(name, gates[name], ports));
  app.all(GATE_NAMES.map((name) => `/${name}`), (request) => {
    throw new ReviewFault('method', `expected POST, got ${request.method}`);
  });
  app.use((request) => {
    throw new ReviewFault('not-found', `expected /validate, /mutate or /guard, got ${quoted(request.path)}`);
  });
  app.use(refuse(ports));
  return app;
}

const requireJson: RequestHandler = (request, _response, next) => {
  const type = request.headers['content-type'] ?? 'nothing';
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type)) {
    throw new ReviewFault('content-type', `expected content type application/json, got ${quoted(type)}`);
  }
  if (request.headers['content-encoding'] !== undefined) {
    throw new ReviewFault('content-type', `expected no content encoding, got ${quoted(request.headers['content-encoding'])}`);
  }
  next();
};

const readBody = express.raw({ type: () => true, inflate: false, limit: LARGEST_BODY });

function answer(name: GateName, gate: Gate, ports: AppPorts): RequestHandler {
  return async (request: Request, response: Response) => {
    const started = ports.clock();
    const review = readAdmissionReview(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
    const decided = await decide(name, gate, review, request, ports);
    send(response, admissionResponse(decided));
    const milliseconds = ports.clock() - started;
    ports.metrics.answered(name, review, decided, milliseconds / 1000);
    ports.log.info(line(name, review, decided, milliseconds), 'admission review');
    ports.events.decided(name, review, decided);
  };
}

/** Express would look for what a cache has of it, and set each header by itself. */
function send(response: Response, answered: object): void {
  const body = JSON.stringify(answered);
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) }).end(body);
}

async function decide(name: GateName, gate: Gate, review: AdmissionRequest, request: Request, ports: AppPorts): Promise<AdmissionAnswer> {
  const limit = deadline(request.query['timeout']);
  const giveUp = new AbortController();
  const late = Promise.withResolvers<AdmissionAnswer>();
  const timer = setTimeout(() => {
    giveUp.abort();
    late.resolve(undecided(review, `Sallyport could not decide within ${Math.round(limit)} ms, so this is refused; try again, and see whether the webhook reaches the API server.`));
  }, limit);
  try {
    return await Promise.race([gate(review, ports.facts, giveUp.signal), late.promise]);
  } catch (error) {
    ports.metrics.failed(name);
    ports.log.error({ gate: name, uid: review.uid, err: error }, 'a decision failed inside, which denied');
    return undecided(review, `Sallyport failed inside while it judged this (${error instanceof Error ? error.name : 'unknown error'}), so it is refused; the webhook's log has the details under uid ${review.uid}.`);
  } finally {
    clearTimeout(timer);
  }
}

/** The API server tells how long it waits as `?timeout=5s`; nine tenths of that are ours. */
function deadline(timeout: unknown): number {
  const [, amount, unit] = /^(\d{1,5})(ms|s)$/.exec(typeof timeout === 'string' ? timeout : '') ?? [];
  return amount === undefined ? LONGEST_DECISION : Math.min(LONGEST_DECISION, Number(amount) * (unit === 's' ? 1000 : 1) * 0.9);
}

/** The canonical line of one decision: one message, fixed fields. */
function line(gate: GateName, review: AdmissionRequest, decided: AdmissionAnswer, milliseconds: number): object {
  return {
    gate,
    uid: review.uid,
    decision: decided.allowed ? 'allow' : 'deny',
    mode: decided.mode,
    operation: review.operation,
    kind: review.kind.kind,
    ...(review.subResource === undefined ? {} : { subresource: review.subResource }),
    namespace: review.namespace,
    name: review.name,
    user: review.userInfo?.username,
    profile: decided.profile,
    faults: [...new Set(decided.faults.map((fault) => `${fault.check}/${fault.reason}`))],
    exemptions: [...new Set(decided.exempted?.map(({ exemption }) => exemption))],
    patched: decided.patch?.length ?? 0,
    ms: Math.round(milliseconds * 100) / 100,
  };
}

function refuse({ metrics, log }: AppPorts): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const fault = asFault(error);
    metrics.unreadable(GATE_NAMES.find((name) => request.path === `/${name}`) ?? 'other', fault.code);
    log.warn({ code: fault.code, status: fault.status, path: request.path.slice(0, 80) }, fault.message);
    // What is left of an unread body must not be taken for the next request.
    response.status(fault.status).set('connection', 'close').json(failure(fault.status, fault.message));
  };
}

function asFault(error: unknown): ReviewFault {
  if (error instanceof ReviewFault) return error;
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (status === 413) return new ReviewFault('too-large', `expected a body of at most ${LARGEST_BODY} bytes, got a larger one`);
  if (status === 415) return new ReviewFault('content-type', 'expected no content encoding, got one');
  return new ReviewFault('not-a-review', `expected a whole AdmissionReview, got a request that broke off: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown error'}`);
}
