import { alsoInEveryPosition, type Examples, type Failing, inEveryPosition, passing, specWith } from './example.ts';

const ELSEWHERE = { host: '192.0.2.1', port: 80 };
const HANDLERS = ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle.postStart', 'lifecycle.preStop'];

/** A container whose probe or hook has the kubelet call another host. */
function calling(handler: string, how: 'httpGet' | 'tcpSocket'): Record<string, Failing> {
  const [member = '', hook] = handler.split('.');
  const calls = { [how]: ELSEWHERE };
  const name = `${hook ?? member}-${how}`.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return alsoInEveryPosition(name, { [member]: hook === undefined ? calls : { [hook]: calls } }, `handler-host ${handler}.${how}.host`);
}

export const hostNamespaces: Examples = {
  pass: {
    absent: passing({}),
    'said-to-be-false': { pod: specWith({ hostNetwork: false, hostPID: false, hostIPC: false }).pod },
    'port-of-the-pod': passing({ ports: [{ containerPort: 8080 }, { containerPort: 8081, hostPort: 0 }] }),
    'probes-of-the-pod': passing({ livenessProbe: { httpGet: { host: '', port: 80 } }, readinessProbe: { tcpSocket: { port: 80 } } }),
  },
  fail: {
    'host-network': specWith({ hostNetwork: true }, 'host-network spec.hostNetwork'),
    'host-pid': specWith({ hostPID: true }, 'host-pid spec.hostPID'),
    'host-ipc': specWith({ hostIPC: true }, 'host-ipc spec.hostIPC'),
    ...inEveryPosition('host-port', { ports: [{ containerPort: 80, hostPort: 80 }] }, 'host-port ports[0].hostPort'),
    ...Object.assign({}, ...HANDLERS.flatMap((handler) => [calling(handler, 'httpGet'), calling(handler, 'tcpSocket')])) as Record<string, Failing>,
  },
};
