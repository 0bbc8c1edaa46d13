/** Milliseconds that this process spends on `act`, however busy the machine is with others. */
export function ownTime(act: () => void): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
