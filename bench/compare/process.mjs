// What the operating system has counted of a process.

import { readFileSync } from 'node:fs';

/** Linux counts in these, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;

/** CPU time, of all threads, in user and in system. */
export function cpuMilliseconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in brackets, may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

const status = (pid, key) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/** Memory that is resident now. */
export const residentMiB = pid => status(pid, 'VmRSS');

/** The most that ever was. */
export const peakMiB = pid => status(pid, 'VmHWM');
