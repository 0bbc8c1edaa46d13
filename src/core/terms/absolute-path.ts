/** A path inside a container as the kubelet makes it: from the root, without empty steps, and with `..` taken back. */
export function absolutePath(path: string): string {
  const steps: string[] = [];
  for (const step of path.split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return `/${steps.join('/')}`;
}
