import { absolutePath } from '../terms/absolute-path.ts';
import { quoted } from '../terms/quote.ts';
import type { Check, Finding } from './check.ts';
import type { ContainerAt } from './view.ts';

/**
 * No container starts in, or mounts over, the file systems by which the kernel and the container runtime speak.
 *
 *   field                                   allowed
 *   containers[*].workingDir                absent, nothing at or below /proc, /sys and /dev/fd (CVE-2024-21626)
 *   containers[*].volumeMounts[*].mountPath nothing at or below /proc and /sys (CVE-2019-16884)
 *   containers[*].terminationMessagePath    absent, nothing at or below /proc, /sys, /var/run/sallyport, /etc/hosts and /etc/resolv.conf
 *
 * At terminationMessagePath the kubelet mounts a file of its own, which would hide the sidecar's CA or its resolver. Paths are compared as the
 * kubelet makes them: from the root, without empty steps and with `..` taken back.
 */
export const systemPaths: Check = {
  id: 'system-paths',
  title: 'Containers leave /proc and /sys alone',
  essential: false,
  review: ({ containers }) => containers.flatMap((one) => [...start(one), ...mounts(one), ...message(one)]),
};

const MOUNTED = /^\/(?:proc|sys)(?:\/|$)/;
/** The folder of the sidecar's CA, also as the folder that /var/run mostly is a link to, and the files by which names are resolved. */
const HIDDEN = /^\/(?:(?:var\/)?run\/sallyport|etc\/hosts|etc\/resolv\.conf)(?:\/|$)/;
const STARTED = /^\/(?:proc|sys|dev\/fd)(?:\/|$)/;

function start({ container: { workingDir = '' }, field, title }: ContainerAt): Finding[] {
  return !STARTED.test(absolutePath(workingDir)) ? [] : [{
    reason: 'working-directory',
    field: `${field}.workingDir`,
    message: `${title} starts in ${quoted(workingDir)}, where the container runtime's own files are`,
    fix: 'name a folder of the image or of a volume',
  }];
}

function mounts({ container, field, title }: ContainerAt): Finding[] {
  return (container.volumeMounts ?? []).flatMap(({ mountPath }, index) => (!MOUNTED.test(absolutePath(mountPath)) ? [] : [{
    reason: 'mount-path',
    field: `${field}.volumeMounts[${index}].mountPath`,
    message: `${title} mounts a volume over ${quoted(mountPath)}, by which the kernel confines it`,
    fix: 'mount the volume elsewhere',
  }]));
}

function message({ container: { terminationMessagePath = '' }, field, title }: ContainerAt): Finding[] {
  const path = absolutePath(terminationMessagePath);
  return !MOUNTED.test(path) && !HIDDEN.test(path) ? [] : [{
    reason: 'termination-message',
    field: `${field}.terminationMessagePath`,
    message: `${title} has its termination message mounted at ${quoted(terminationMessagePath)}, over what confines it`,
    fix: 'remove the field, or name a path such as /dev/termination-log',
  }];
}
