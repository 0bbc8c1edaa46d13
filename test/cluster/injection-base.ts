import type { InjectionBase } from '../../src/apps/webhook/injection-settings.ts';

/** What a webhook in the test's own process injects: an image that no node has to run. */
export const BASE: InjectionBase = {
  image: 'registry.example.com/sallyport:test',
  imagePullPolicy: 'Never',
  controllerUrl: 'https://sallyport-controller.sallyport-system.svc.cluster.local:8443',
  resolver: '10.96.0.10',
  clusterDomain: 'cluster.local',
  probes: ['tcp:10.96.0.1:443'],
};

/** A log that nobody reads. */
export const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };
