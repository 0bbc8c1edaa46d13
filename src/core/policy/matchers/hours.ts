import type { Rule } from '../model.ts';

type Window = NonNullable<Rule['hours']>[number];

interface Clock {
  readonly day: string;
  /** Since midnight. */
  readonly minutes: number;
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Whether a time (milliseconds since the epoch) is in one of the windows; a window that ends before it begins ends on the next day. */
export function compileHours(windows: readonly Window[]): (now: number) => boolean {
  const compiled = windows.map(compileWindow);
  return (now) => compiled.some((open) => open(now));
}

function compileWindow({ days, from, to, zone }: Window): (now: number) => boolean {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const [opens, closes] = [minutesOf(from), minutesOf(to)];
  const opensOn = (day: string): boolean => days === undefined || days.some((each) => each === day);
  return (now) => {
    if (!Number.isFinite(now) || Math.abs(now) > 8.64e15) return false;
    const { day, minutes } = read(format, now);
    if (opens < closes) return minutes >= opens && minutes < closes && opensOn(day);
    return (minutes >= opens && opensOn(day)) || (minutes < closes && opensOn(dayBefore(day)));
  };
}

function read(format: Intl.DateTimeFormat, now: number): Clock {
  const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
  return { day: (parts['weekday'] ?? '').toLowerCase(), minutes: Number(parts['hour']) * 60 + Number(parts['minute']) };
}

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

const dayBefore = (day: string): string => DAYS[(DAYS.indexOf(day) + 6) % 7] ?? '';
