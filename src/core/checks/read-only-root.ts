import type { Check } from './check.ts';

/**
 * Programs cannot change themselves: the root file system is read-only.
 *
 *   field                                                   allowed
 *   containers[*].securityContext.readOnlyRootFilesystem    true
 */
export const readOnlyRoot: Check = {
  id: 'read-only-root',
  title: 'The root file system is read-only',
  essential: false,
  review: ({ containers }) => containers.filter(({ container }) => container.securityContext?.readOnlyRootFilesystem !== true).map(({ field, title }) => ({
    reason: 'root-writable',
    field: `${field}.securityContext.readOnlyRootFilesystem`,
    message: `${title} can write to its root file system`,
    fix: 'set readOnlyRootFilesystem: true and mount an emptyDir where the program writes, such as /tmp',
  })),
};
