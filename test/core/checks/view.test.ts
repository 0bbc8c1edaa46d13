import { describe, expect, test } from 'vitest';
import { handlersOf, secretsInEnvironment, securityContextsOf, sourcesOf, viewPod } from '../../../src/core/checks/view.ts';
import { goodContainer, goodPod, read } from './pods.ts';

const everywhere = read(goodPod({
  containers: [goodContainer('a')],
  initContainers: [goodContainer('b'), { ...goodContainer('c'), restartPolicy: 'Always' }],
  ephemeralContainers: [goodContainer('d')],
}));

describe('the view that the checks have of a pod', () => {
  test('has the containers of every position in one list', () => {
    expect(viewPod(everywhere).containers.map(({ field, title }) => `${field} ${title}`)).toEqual([
      'spec.initContainers[0] init container "b"',
      'spec.initContainers[1] restartable init container "c"',
      'spec.containers[0] container "a"',
      'spec.ephemeralContainers[0] ephemeral container "d"',
    ]);
  });

  test('has them nowhere else, so that no check can forget one', () => {
    expect(Object.keys(viewPod(everywhere).spec)).not.toContain('containers');
    expect(Object.keys(viewPod(everywhere).spec)).not.toContain('initContainers');
  });

  test('leaves out of the sidecar only what is proven, and only where it belongs', () => {
    const pod = goodPod({ containers: [goodContainer('sallyport-proxy')], initContainers: [goodContainer('sallyport-capture'), goodContainer('sallyport-proxy')], volumes: [{ name: 'sallyport-ca' }, { name: 'data' }] });
    const expected = { ...pod, spec: { ...pod.spec, initContainers: [{ ...goodContainer('sallyport-capture'), image: 'other' }, goodContainer('sallyport-proxy')] } };
    expect(viewPod(pod, expected).containers.map(({ field }) => field)).toEqual(['spec.initContainers[0]', 'spec.containers[0]']);
    expect(viewPod(pod, expected).volumes.map(({ field }) => field)).toEqual(['spec.volumes[1]']);
    expect(viewPod(pod).containers).toHaveLength(3);
    expect(viewPod(pod).volumes).toHaveLength(2);
  });

  test('finds handlers, Secrets, sources and security contexts in every container', () => {
    const busy = { livenessProbe: { httpGet: { port: 1 } }, lifecycle: { preStop: { tcpSocket: { port: 1 } } }, envFrom: [{ secretRef: { name: 's' } }] };
    const pod = read(goodPod({
      containers: [{ ...goodContainer('a'), ...busy }],
      initContainers: [{ ...goodContainer('b'), ...busy }],
      ephemeralContainers: [{ ...goodContainer('c'), ...busy }],
      volumes: [{ name: 'v', projected: { sources: [{ secret: { name: 's' } }] } }],
    }));
    const view = viewPod(pod);
    expect(handlersOf(view)).toHaveLength(6);
    expect(secretsInEnvironment(view)).toHaveLength(3);
    expect(sourcesOf(view).map(({ field }) => field)).toEqual(['spec.volumes[0].projected', 'spec.volumes[0].projected.sources[0].secret']);
    expect(securityContextsOf(view)).toHaveLength(3);
  });
});
